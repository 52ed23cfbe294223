// The program as a shell runs it.

import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { within } from "../simulator/peers.ts";

export const program = fileURLToPath(new URL("../../../dist/node/smpp-edge.js", import.meta.url));

export interface Run {
  child: ChildProcess;
  out(): string;
  err(): string;
  /** Resolves when standard error matches. */
  complains(pattern: RegExp): Promise<void>;
  exit: Promise<number | null>;
}

/** Starts `smpp-edge` with `args`; `input` is its standard input, `shell` what a shell does before. */
export function start(args: string[], { env = {}, input = "", node = [], shell = "" }: { env?: NodeJS.ProcessEnv; input?: string; node?: string[]; shell?: string } = {}): Run {
  const command = [process.execPath, ...node, program, ...args];
  const [file, ...rest] = shell === "" ? command : ["sh", "-c", `${shell} exec "$0" "$@"`, ...command];
  const child = spawn(file!, rest, { env: { ...process.env, SMPP_URL: undefined, SMPP_PASSWORD: undefined, ...env } });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  let out = "";
  let err = "";
  let looked = (): void => {};
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (out += piece));
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    err += piece;
    looked();
  });
  return {
    child,
    out: () => out,
    err: () => err,
    complains: (pattern) => within(`${pattern} on standard error`, new Promise<void>((resolve) => (looked = () => void (pattern.test(err) && resolve())))),
    exit: new Promise((resolve) => child.once("close", resolve)),
  };
}

/** Runs it to its end. */
export async function run(...given: Parameters<typeof start>): Promise<{ code: number | null; out: string; err: string }> {
  const started = start(...given);
  return { code: await started.exit, out: started.out(), err: started.err() };
}
