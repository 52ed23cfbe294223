// As bare-read, but between read and write it computes for about as long as a client does. What remains when that is taken off is what
// reading and writing cost somebody for whom neither the peer nor the processor's caches have waited.

import { bare, writeTogether } from "./bare.mjs";

/** A microsecond and a half, at 2 GHz. */
const STEPS_A_MESSAGE = 700;

let state = 1;

function compute(messages) {
  let next = state;
  for (let step = messages * STEPS_A_MESSAGE; step > 0; step--) next = (Math.imul(next, 1_664_525) + 1_013_904_223) | 0;
  state = next;
}

const openBare = bare((socket, pdus, sequence) => {
  compute(pdus.length);
  writeTogether(socket, pdus, sequence);
});

export async function open(port, window) {
  const session = await openBare(port, window);
  return {
    async run(count) {
      await session.run(count);
      // The system accounts for CPU time too coarsely to measure each read's: so it is done once more, by itself.
      const before = process.cpuUsage();
      compute(count);
      const { user, system } = process.cpuUsage(before);
      return { spent: 2 * (user + system) };
    },
  };
}
