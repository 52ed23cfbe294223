// SMPP servers in workerd: one in the Worker that the connection comes to, and one in a Durable Object behind it.

import { DurableObject } from "cloudflare:workers";
import { accept, createSimulator, Status, type EngineMessage, type ServerOptions, type Session } from "smpp-edge/server";

interface Env {
  /** What comes to this port is for the Worker itself, the rest for the object. */
  OWN_PORT: number;
  OBJECT: DurableObjectNamespace<SmscObject>;
}

let last = 0;

function reported(message: EngineMessage, session: Session): { messageId: string } {
  const messageId = `${session.remoteAddress.replace(/:\d+$/, "")}/${++last}`;
  setTimeout(() => void session.report({ messageId, status: "delivered", from: message.to, to: message.from }).catch(() => {}), 0);
  return { messageId };
}

const options: ServerOptions = {
  authenticate: ({ password }) => password === "password" || Status.ESME_RINVPASWD,
  onSubmit: reported,
};

export class SmscObject extends DurableObject<Env> {
  override async connect(socket: Socket): Promise<void> {
    const { localAddress } = await socket.opened;
    const session = await accept(socket, options, localAddress);
    await session.closed;
  }
}

export default {
  async connect(socket: Socket, env: Env): Promise<void> {
    const { remoteAddress = "", localAddress = "" } = await socket.opened;
    if (localAddress.endsWith(`:${env.OWN_PORT}`)) {
      const session = await accept(socket, options);
      await session.closed;
      return;
    }
    const behind = env.OBJECT.getByName("smsc").connect(remoteAddress);
    await Promise.all([socket.readable.pipeTo(behind.writable), behind.readable.pipeTo(socket.writable)]);
  },

  async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === "/simulator") return Response.json({ error: await createSimulator().then(String, String) });
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    const session = accept(server, options, request.headers.get("cf-connecting-ip") ?? "websocket");
    void session.then(({ closed }) => closed);
    return new Response(null, { status: 101, webSocket: client });
  },
};
