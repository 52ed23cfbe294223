// Runs several clients in turn, round by round, so that what else the machine does falls on all of them alike.

import { startResponder, startSubject } from "./processes.mjs";

const ROUNDS = 7;
const WARM_UP = 2;

/**
 * Resolves to `results[client][window]`: for each round CPU and wall time an item, in microseconds, and how long the responder was
 * working in `wallTotal` microseconds. CPU time that a client says was `spent` on something else is taken off. `counts[window]` is the
 * number of items of a round. `begin(client, port)` starts a client, on Node if it isn't given.
 */
export async function compare({ clients, counts, begin = startSubject }) {
  const responder = await startResponder();
  const windows = Object.keys(counts).map(Number);
  const results = {};
  const subjects = {};
  for (const client of clients) {
    subjects[client] = await begin(client, responder.port);
    results[client] = Object.fromEntries(windows.map((window) => [window, { cpu: [], wall: [], responder: 0, wallTotal: 0 }]));
  }
  for (const window of windows) {
    const count = counts[window];
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      for (const client of clients) {
        const before = responder.cpu();
        const { cpu, wall, spent = 0 } = await subjects[client].run({ count, window });
        if (round < 0) continue;
        const result = results[client][window];
        result.cpu.push((cpu - spent) / count);
        result.wall.push(wall / count);
        result.responder += responder.cpu() - before;
        result.wallTotal += wall;
      }
    }
  }
  for (const subject of Object.values(subjects)) subject.end();
  responder.end();
  return results;
}
