// Long work in turns, so that the page answers in between.

const TURN = 12;

/** The work was given up for other work. */
export class Abandoned extends Error {}

/** Runs `work` to its end. @param progress called now and then with how far it is, from 0 to 1 */
export async function inTurns<T>(work: Generator<number, T>, signal: AbortSignal, progress: (part: number) => void): Promise<T> {
  for (;;) {
    const until = performance.now() + TURN;
    let part = 0;
    do {
      const step = work.next();
      if (step.done) return step.value;
      part = step.value;
    } while (performance.now() < until);
    progress(part);
    await turn();
    if (signal.aborted) throw new Abandoned();
  }
}

/** Resolves when the page had its turn: sooner than a timer's would, and in the background too. */
function turn(): Promise<void> {
  return new Promise((fulfil) => {
    const { port1, port2 } = new MessageChannel();
    const done = () => {
      port1.close();
      fulfil();
    };
    port1.addEventListener("message", done);
    port1.start();
    port2.postMessage(undefined);
  });
}
