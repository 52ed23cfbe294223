import { once } from "node:events";
import { createServer } from "node:net";

/** A free port of 127.0.0.1, below those that outgoing connections get: one of them could take it before the test's program does. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(() => true, () => false);
    server.close();
    if (isFree) return port;
  }
}
