#!/usr/bin/env node
// smpp-edge <command>: what the package offers on a command line.

import { readFileSync } from "node:fs";
import { commands } from "./commands.ts";
import { Failure, UsageError } from "./failure.ts";

const HELP = `smpp-edge <command> [flags]

${Object.entries(commands).map(([name, { does }]) => `  ${name.padEnd(10)}  ${does}`).join("\n")}

  --help        this, or a command's flags behind its name
  --version

Exit codes: 0 done, 1 it can't be done, 2 wrong flags; others are in the command's --help.
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
    const { run } = await command.load();
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
