// Deadlines of this side. After the process was stopped or busy, what has arrived in the meantime is read before one has passed.

/** How much later than it was set to a timer may fire, in milliseconds, before the process counts as held up. */
const HELD_UP = 100;
/** How long what lies in the socket has to be read then. */
const GRACE = 1_000;
/** The longest time that timers take. */
const LONGEST_TIMER = 0x7fff_ffff;

const clock: () => number = typeof performance === "object" ? () => performance.now() : () => Date.now();

/** Calls `passed` once after `millis`; never after the returned function was called, or where timers don't reach so far. */
export function deadline(millis: number, passed: () => void): () => void {
  if (millis > LONGEST_TIMER) return () => {};
  const due = clock() + millis;
  let timer = setTimeout(() => {
    if (clock() - due > HELD_UP) timer = setTimeout(passed, GRACE);
    else passed();
  }, millis);
  return () => clearTimeout(timer);
}
