import { readFileSync } from "node:fs";
import { createSimulator, type Simulator } from "../../simulator/index.ts";
import { Failure } from "../failure.ts";
import { HELP, readFlags, type Command } from "./flags.ts";

export { FLAGS } from "./flags.ts";

function read(flag: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(`${flag} ${file} can't be read: ${(error as Error).message}`);
  }
}

async function start({ quiet, certificate, options }: Command): Promise<Simulator> {
  const tls = certificate && {
    cert: read("--tls-cert", certificate.cert),
    key: read("--tls-key", certificate.key),
  };
  try {
    return await createSimulator({
      ...options,
      ...(tls ? { tls } : {}),
      ...(quiet ? {} : { log: (line) => console.log(line) }),
    });
  } catch (error) {
    throw explained(error as NodeJS.ErrnoException & { address?: string; port?: number });
  }
}

function explained(error: NodeJS.ErrnoException & { address?: string; port?: number }): Error {
  const place = `${error.address ?? ""}:${error.port ?? ""}`;
  switch (error.code) {
    case "EADDRINUSE":
      return new Failure(`${place} is in use: stop the program that listens there, or choose another port with --port`);
    case "EACCES":
      return new Failure(`${place} may not be used: ports below 1024 are the system's; choose another with --port`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new Failure(`${error.address ?? "the host"} is no address of this machine: choose another with --host`);
    default:
      if (error.code?.startsWith("ERR_OSSL") || error.code?.startsWith("ERR_TLS")) {
        return new Failure(`certificate and key can't be used: ${error.message}`);
      }
      return error;
  }
}

/** `smpp-edge simulator`: resolves when it is stopped by a signal. */
export async function simulate(args: string[]): Promise<void> {
  const command = readFlags(args);
  if (command.help) {
    process.stdout.write(HELP);
    return;
  }
  const simulator = await start(command);
  console.log(`SMSC simulator on ${simulator.url}`);
  if (simulator.controlUrl) console.log(`Control on ${simulator.controlUrl}`);
  await new Promise<void>((resolve) => {
    let stopping = false;
    const stop = (): void => {
      if (stopping) process.exit(0);
      stopping = true;
      void simulator.close().then(resolve);
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    // Started by fork(): it ends with the process that did.
    process.on("disconnect", stop);
    if (process.connected === false) stop();
  });
  process.exit(0);
}
