// The process under test: makes the runs that it reads from its input, a line of JSON each, with the client and on the port of its
// arguments, and writes what each cost this process, CPU and wall time in microseconds, and what the client reports of it besides; or, where
// `weigh` is asked for, what memory it has after a collection.

import { createInterface } from "node:readline";

const [client, port] = process.argv.slice(2);
const { open } = await import(new URL(`../clients/${client}.mjs`, import.meta.url));
const sessions = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const { count, window, weigh } = JSON.parse(line);
  if (weigh) {
    globalThis.gc();
    console.log(JSON.stringify(process.memoryUsage()));
    continue;
  }
  if (!sessions.has(window)) sessions.set(window, await open(Number(port), window));
  const session = sessions.get(window);
  const cpu = process.cpuUsage();
  const began = performance.now();
  const more = await session.run(count);
  const wall = (performance.now() - began) * 1000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ cpu: user + system, user, system, wall, ...more }));
}
process.exit();
