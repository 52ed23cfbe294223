import type { TestContext } from "node:test";

/** The timers that are made from now on until the test ends, without those that have fired or were cleared. */
export function watchTimers(t: TestContext): Set<unknown> {
  const timers = new Set<unknown>();
  const { setTimeout, clearTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", ((work: (...given: unknown[]) => void, wait?: number, ...given: unknown[]) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work(...given);
    }, wait);
    timers.add(timer);
    return timer;
  }) as never);
  t.mock.method(globalThis, "clearTimeout", (timer: never) => {
    timers.delete(timer);
    clearTimeout(timer);
  });
  return timers;
}

/** Lets what is under way end: a socket says that it is closed in a later turn. */
export async function turnsUntil(holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 1_000 && !holds(); turns++) await new Promise((resolve) => setImmediate(resolve));
}
