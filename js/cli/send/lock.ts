import { statSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Marks a file as in use by this process, until the lock is closed or the process ends in any way. Resolves with undefined if another process
 * of this machine uses the file. The lock is found by any path of the file.
 */
export async function lock(file: string): Promise<Server | undefined> {
  const { dev, ino } = statSync(file, { bigint: true });
  const name = `smpp-edge-send-${dev}-${ino}`;
  if (process.platform === "win32") return listen(`\\\\.\\pipe\\${name}`);
  // Without a place in the file system: nothing is left of it when the process is killed.
  if (process.platform === "linux") return listen(`\0${name}`);
  const path = join(tmpdir(), `${name}.sock`);
  const held = await listen(path);
  if (held !== undefined || (await answers(path))) return held;
  unlinkSync(path);
  return listen(path);
}

/** Listens there; resolves with undefined if another process does. */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen(path, () => resolve(server));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
}
