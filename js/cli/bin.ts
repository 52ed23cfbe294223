#!/usr/bin/env node
// smpp-edge <command>: what the package offers on a command line.

import { readFileSync } from "node:fs";
import { Failure, UsageError } from "./failure.ts";

/** A command. It takes its arguments and gives its exit code, 0 if it gives none. */
type Run = (args: string[]) => Promise<number | void>;

// Each is loaded when it is asked for: only some need the engine.
const commands: Record<string, { does: string; load: () => Promise<Run> }> = {
  init: { does: "makes a project: a gateway, or a Worker of your own", load: async () => (await import("./init/init.ts")).init },
  simulator: { does: "an SMSC for development and tests", load: async () => (await import("./simulator/simulator.ts")).simulate },
  decode: { does: "explains PDUs, field by field", load: async () => (await import("./decode/decode.ts")).decode },
  send: { does: "sends a message, or a file of messages", load: async () => (await import("./send/send.ts")).send },
  check: { does: "binds to an SMSC, and says what it is or what is wrong", load: async () => (await import("./check/check.ts")).check },
  bench: { does: "measures how fast an SMSC, or the simulator, takes messages", load: async () => (await import("./bench/bench.ts")).bench },
  listen: { does: "prints delivery reports and inbound messages", load: async () => (await import("./listen/listen.ts")).listen },
};

const HELP = `smpp-edge <command> [flags]

${Object.entries(commands).map(([name, { does }]) => `  ${name.padEnd(10)}  ${does}`).join("\n")}

  --help        this, or a command's flags behind its name
  --version

Exit codes: 0 done, 1 it can't be done, 2 wrong flags; others are told by the command's --help.
`;

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const asked = name === "help" ? args[0] : undefined;
    if (asked !== undefined) return main([asked, "--help"]);
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  if (name === "--version") {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
    console.log(version);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(`smpp-edge: there is no command ${name}; there are ${Object.keys(commands).join(", ")}`);
    return 2;
  }
  try {
    const run = await command.load();
    return (await run(args)) ?? 0;
  } catch (error) {
    const known = error instanceof UsageError || error instanceof Failure || isOfSystem(error);
    console.error(known ? `${name}: ${error.message}` : error);
    if (error instanceof UsageError) console.error(`smpp-edge ${name} --help lists the flags`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Whether the system said no: a file that can't be read, a folder that can't be made. The message says which; a stack helps nobody. */
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error;
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // What reads the output may have seen enough, as `head` has.
  if (error.code === "EPIPE") process.exit(0);
  console.error(`smpp-edge: standard output: ${error.message}`);
  process.exit(1);
});
process.exitCode = await main(process.argv.slice(2));
