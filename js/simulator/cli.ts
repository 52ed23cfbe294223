import { readFileSync } from "node:fs";
import { HELP, readFlags, UsageError, type Command } from "./flags.ts";
import { createSimulator, type Simulator } from "./index.ts";

/** A reason not to start that its user can mend. */
class StartError extends Error {}

function read(flag: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new StartError(`${flag} ${file} can't be read: ${(error as Error).message}`);
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
      return new StartError(`${place} is in use: stop the program that listens there, or choose another port with --port`);
    case "EACCES":
      return new StartError(`${place} may not be used: ports below 1024 are the system's; choose another with --port`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new StartError(`${error.address ?? "the host"} is no address of this machine: choose another with --host`);
    default:
      if (error.code?.startsWith("ERR_OSSL") || error.code?.startsWith("ERR_TLS")) {
        return new StartError(`certificate and key can't be used: ${error.message}`);
      }
      return error;
  }
}

async function main(): Promise<void> {
  const command = readFlags(process.argv.slice(2));
  if (command.help) {
    process.stdout.write(HELP);
    return;
  }
  const simulator = await start(command);
  console.log(`SMSC simulator on ${simulator.url}`);
  if (simulator.controlUrl) console.log(`Control on ${simulator.controlUrl}`);
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(0);
    stopping = true;
    void simulator.close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

try {
  await main();
} catch (error) {
  const known = error instanceof UsageError || error instanceof StartError;
  console.error(known ? `simulator: ${error.message}` : error);
  if (error instanceof UsageError) console.error("--help lists the flags");
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
