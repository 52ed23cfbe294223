// Runs several clients in turn, round by round, so that what else the machine does falls on all of them alike.

import { startResponder, startSubject } from "./processes.mjs";

const ROUNDS = 7;
const WARM_UP = 2;
/**
 * A run's least wall time, in microseconds. In the first tens of milliseconds two processes that answer each other hardly sleep; from then
 * on each sleeps until the other wakes it, and reading and writing cost twice as much.
 */
const LEAST = 400_000;

/**
 * Resolves to `results[client][window]`: for each round CPU and wall time an item, in microseconds, and how long the responder was
 * working in `wallTotal` microseconds. `counts[window]` is the number of items of a round; a client that is done with them too soon gets
 * more. `begin(client, port)` starts a client, on Node if it isn't given.
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
    const sizes = Object.fromEntries(clients.map((client) => [client, counts[window]]));
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      // There and back, so that none always comes after the same.
      for (const client of round & 1 ? clients.toReversed() : clients) {
        const count = sizes[client];
        const before = responder.cpu();
        const { cpu, wall } = await subjects[client].run({ count, window });
        if (round < 0) {
          sizes[client] = Math.max(counts[window], Math.ceil((count * LEAST) / wall));
          continue;
        }
        const result = results[client][window];
        result.cpu.push(cpu / count);
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
