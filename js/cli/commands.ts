import type { FlagTable } from "./connection/flags.ts";

/** A command. It takes its arguments and gives its exit code, 0 if it gives none. */
export interface Command {
  run: (args: string[]) => Promise<number | void>;
  /** What its arguments are parsed by. */
  flags: FlagTable;
  /** The words that it takes as arguments, if they are known. */
  words?: readonly string[];
}

// Each is loaded when it is asked for: only some need the engine.
export const commands: Record<string, { does: string; load: () => Promise<Command> }> = {
  init: {
    does: "makes a project: a gateway, or a Worker of your own",
    load: async () => {
      const { init: run, FLAGS: flags } = await import("./init/init.ts");
      return { run, flags };
    },
  },
  simulator: {
    does: "an SMSC for development and tests",
    load: async () => {
      const { simulate: run, FLAGS: flags } = await import("./simulator/simulator.ts");
      return { run, flags };
    },
  },
  decode: {
    does: "explains PDUs, field by field",
    load: async () => {
      const { decode: run, FLAGS: flags } = await import("./decode/decode.ts");
      return { run, flags };
    },
  },
  send: {
    does: "sends a message, or a file of messages",
    load: async () => {
      const { send: run, FLAGS: flags } = await import("./send/send.ts");
      return { run, flags };
    },
  },
  check: {
    does: "binds to an SMSC, and says what it is or what is wrong",
    load: async () => {
      const { check: run, FLAGS: flags } = await import("./check/check.ts");
      return { run, flags };
    },
  },
  bench: {
    does: "measures how fast an SMSC, or the simulator, takes messages",
    load: async () => {
      const { bench: run, FLAGS: flags } = await import("./bench/bench.ts");
      return { run, flags };
    },
  },
  listen: {
    does: "prints delivery reports and inbound messages",
    load: async () => {
      const { listen: run, FLAGS: flags } = await import("./listen/listen.ts");
      return { run, flags };
    },
  },
  tunnel: {
    does: "carries connections of SMPP programs to a gateway over WebSockets",
    load: async () => {
      const { tunnel: run, FLAGS: flags } = await import("./tunnel/tunnel.ts");
      return { run, flags };
    },
  },
  completion: {
    does: "prints a script by which a shell completes these commands",
    load: async () => {
      const { completion: run, FLAGS: flags, SHELLS: words } = await import("./completion/completion.ts");
      return { run, flags, words };
    },
  },
};
