// The processes of a measurement: the responder, and one process for each client under test. All end with the benchmark.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { at, must, node24, start, step, targetDir, windows } from "../../scripts/lib.mjs";

/** The native responder: its port, and the CPU time it has used so far, in microseconds (undefined where the system doesn't report it). */
export async function startResponder() {
  const dir = join(targetDir, "responder");
  await step("Compiling the responder", () => must("cargo", ["build", "--release", "--locked", "--manifest-path", at("benches", "responder", "Cargo.toml"), "--target-dir", dir]));
  const child = start(join(dir, "release", windows ? "responder.exe" : "responder"), [], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { port: Number(line), cpu: () => cpuOf(child.pid), end: () => child.stdin.end() };
}

/** A process that runs `benches/clients/<client>.mjs`; `run` has it do one run and resolves with what that cost. */
export async function startSubject(client, port, command = [node24(), "--expose-gc"]) {
  const child = start(command[0], [...command.slice(1), at("benches", "support", "subject.mjs"), client, String(port)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${client} ended`);
      return JSON.parse(value);
    },
    /** Resolves when the process is gone. */
    end() {
      child.stdin.end();
      return once(child, "exit");
    },
  };
}

/** CPU time of a process in microseconds. Linux counts it in hundredths of a second. */
function cpuOf(pid) {
  if (process.platform !== "linux") return undefined;
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /s, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
