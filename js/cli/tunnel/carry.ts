import type { Socket } from "node:net";
import { TunnelFlow } from "../../server/tunnel.ts";
import { openWebSocket, type OpenWebSocket, type WebSocketTarget } from "./web-socket.ts";

/** How long what was written last may take to leave, in milliseconds. */
const LINGER = 2_000;

/** What a connection has carried: bytes to the gateway and from it. */
export interface Carried {
  sent: number;
  received: number;
  /** Why it ended, if not by one of the two sides. */
  fault: string | undefined;
}

/**
 * Carries a connection over a WebSocket of its own. Resolves when both are over; rejects, with the connection closed, if no WebSocket can be
 * opened. Once the signal is aborted, both are closed.
 */
export async function carry(socket: Socket, target: WebSocketTarget, signal: AbortSignal): Promise<Carried> {
  socket.setNoDelay(true);
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const left = new AbortController();
  socket.once("close", () => left.abort(new Error("the application left")));
  let webSocket: OpenWebSocket;
  try {
    webSocket = await openWebSocket(target, AbortSignal.any([signal, left.signal]));
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const carried: Carried = { sent: 0, received: 0, fault: undefined };
  const flow = new TunnelFlow();
  let isDrained = true;
  const goOn = (): void => void (isDrained && flow.hasRoom ? socket.resume() : socket.pause());
  const close = (): void => webSocket.close();
  webSocket.listen({
    binary: (bytes) => {
      carried.received += bytes.length;
      if (!flow.received(bytes.length)) return webSocket.close(1002);
      socket.write(bytes, () => {
        const report = flow.passedOn(bytes.length);
        if (report !== undefined) webSocket.sendText(report);
      });
    },
    text: (text) => {
      if (flow.reported(text)) goOn();
      else webSocket.close(1002);
    },
    drain: () => {
      isDrained = true;
      goOn();
    },
    ended: (fault) => {
      carried.fault = fault;
      // The application may owe its end for ever.
      const timer = setTimeout(() => socket.destroy(), LINGER);
      socket.once("close", () => clearTimeout(timer));
      socket.end();
      socket.resume();
    },
  });
  socket.on("data", (chunk: Buffer) => {
    carried.sent += chunk.length;
    flow.sent(chunk.length);
    isDrained = webSocket.send(chunk);
    goOn();
  });
  socket.once("end", close);
  socket.once("close", close);
  signal.addEventListener("abort", close);
  if (signal.aborted || socket.destroyed) close();
  await closed;
  signal.removeEventListener("abort", close);
  return carried;
}
