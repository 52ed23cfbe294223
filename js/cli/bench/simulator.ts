import { fork } from "node:child_process";
import { once } from "node:events";
import { Failure } from "../failure.ts";

/** Most messages that the simulator keeps. */
const MOST = 100_000;

/** A simulator in a process of its own, so that its CPU time is not counted. */
export interface SimulatorProcess {
  url: string;
  /** Resolves when the process has ended. */
  end(): Promise<void>;
}

/** Starts this program's `simulator` on a free port. */
export async function startSimulator(messages: number): Promise<SimulatorProcess> {
  const flags = ["--port", "0", "--quiet", "--delay", "0", "--max-messages", String(Math.min(Math.max(messages, 1_000), MOST))];
  // A group of its own: Ctrl-C is for this process, which still waits for answers.
  const child = fork(process.argv[1] as string, ["simulator", ...flags], { detached: true, execArgv: [], stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const ended = once(child, "exit");
  let out = "";
  const url = await new Promise<string | undefined>((resolve) => {
    child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
      out += piece;
      const found = /(smpp:\S+)\n/.exec(out)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => resolve(undefined), () => resolve(undefined));
  });
  if (url === undefined) throw new Failure("the simulator did not start");
  console.error(`no URL is given: sending to a simulator on ${new URL(url).host}`);
  return {
    url,
    end: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
