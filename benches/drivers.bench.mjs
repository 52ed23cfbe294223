// The async client of the Rust crate beside others on tokio: 20,000 messages that ask for receipts, window 100, each receipt taken and
// acknowledged. CPU of the client alone, which has one thread; the responder is another process, the same for all.

import { join } from "node:path";
import { at, execute, must, step, targetDir } from "../scripts/lib.mjs";
import { budgets, ratio, spread, table } from "./support/figures.mjs";
import { optionsOf } from "./support/options.mjs";
import { startResponder } from "./support/processes.mjs";

optionsOf(import.meta.filename);

const ROUNDS = 7;
const MESSAGES = 20_000;
const CLIENTS = { "smpp-edge": "smpp-edge-tokio", rusmppc: "rusmppc", smpp34: "smpp34" };

const directory = join(targetDir, "drivers");
await step("Compiling the clients", () => must("cargo", ["build", "--release", "--locked", "--manifest-path", at("benches", "drivers", "Cargo.toml"), "--target-dir", directory]));

const responder = await startResponder();
const results = Object.fromEntries(Object.keys(CLIENTS).map((name) => [name, { cpu: [], wall: [] }]));
for (let round = 0; round < ROUNDS; round++) {
  for (const name of Object.keys(CLIENTS)) {
    const { code, output } = await execute(join(directory, "release", name), [`127.0.0.1:${responder.port}`], { timeout: 120_000 });
    const [cpu, wall, accepted, receipts] = output.trim().split(" ").map(Number);
    if (code !== 0 || accepted !== MESSAGES || receipts !== MESSAGES) throw new Error(`${name}: exit code ${code}, ${output}`);
    results[name].cpu.push(cpu / MESSAGES / 1_000);
    results[name].wall.push(MESSAGES / (wall / 1e9));
  }
}
responder.end();

table("Clients on tokio: a message with its receipt, window 100", ["", "µs of CPU", "messages a second"], Object.entries(CLIENTS).map(([name, title]) => [title, spread(results[name].cpu), spread(results[name].wall)]));
budgets(Object.keys(CLIENTS).slice(1).map((name) => [`smpp-edge-tokio, CPU a message with its receipt, of ${name}'s`, ratio(results["smpp-edge"].cpu, results[name].cpu), 1]));
