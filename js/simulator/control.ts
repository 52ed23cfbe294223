import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Delivery, Session } from "../server/session.ts";
import type { SimulatedSmsc } from "./simulated-smsc.ts";
import type { SimulatedMessage } from "./store.ts";

/** What the control port reaches. */
export interface Controlled {
  simulated: SimulatedSmsc;
  sessions: ReadonlySet<Session>;
  hasAccount(systemId: string): boolean;
  deliver(delivery: Delivery & { systemId?: string }): Promise<void>;
  log(line: string): void;
}

export interface Control {
  url: string;
  close(): Promise<void>;
}

const MAX_BODY = 65_536;
const HELP = {
  "POST /deliver": "an inbound message: { from, to, text, systemId? }",
  "GET /messages": "what was submitted, oldest first",
  "GET /messages/:id": "the messages of one identifier",
  "GET /sessions": "who is bound",
};

class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Starts the HTTP control on 127.0.0.1. It is for this machine's programs: requests that a web page could make in a browser
 * (another host name, a form's content type) are refused.
 */
export async function startControl(port: number, controlled: Controlled): Promise<Control> {
  const server = createServer((request, response) => {
    answer(request, controlled).then(
      ([status, body]) => reply(response, status, body),
      (error: unknown) => {
        if (error instanceof HttpError) reply(response, error.status, { error: error.message });
        else reply(response, 500, { error: String(error) });
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, controlled: Controlled): Promise<[number, unknown]> {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) throw new HttpError(403, "not this host");
  const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
  const route = `${request.method} ${pathname}`;
  const [, id] = /^GET \/messages\/([^/]+)$/.exec(route) ?? [];
  if (id !== undefined) {
    const messages = controlled.simulated.store.get(decodeURIComponent(id));
    if (messages.length === 0) throw new HttpError(404, "no such message");
    return [200, messages.map(shown)];
  }
  switch (route) {
    case "GET /":
      return [200, HELP];
    case "GET /messages":
      return [200, [...controlled.simulated.store.all()].map(shown)];
    case "GET /sessions":
      return [200, [...controlled.sessions].map(({ systemId, bindType, remoteAddress }) => ({ systemId, bindType, remoteAddress }))];
    case "POST /deliver":
      deliver(await readJson(request), controlled);
      return [202, { status: "queued" }];
    default:
      throw new HttpError(404, `no ${route}; there are ${Object.keys(HELP).join(", ")}`);
  }
}

function deliver(body: unknown, { deliver, hasAccount, log }: Controlled): void {
  const { from, to, text, systemId, ...rest } = Object(body) as Record<string, unknown>;
  if (typeof from !== "string" || typeof to !== "string" || typeof text !== "string") {
    throw new HttpError(400, "from, to and text are needed, as strings");
  }
  if (systemId !== undefined && typeof systemId !== "string") throw new HttpError(400, "systemId is a string");
  if (systemId !== undefined && !hasAccount(systemId)) throw new HttpError(400, `no account ${systemId}`);
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new HttpError(400, `no field ${unknown}`);
  deliver({ from, to, text, ...(systemId === undefined ? {} : { systemId }) }).catch((error: unknown) =>
    log(`inbound message not delivered: ${String(error)}`),
  );
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    throw new HttpError(415, "content-type application/json is needed");
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new HttpError(413, `at most ${MAX_BODY} octets`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new HttpError(400, "the body is no JSON");
  }
}

/** A message as JSON: octets in hex. */
function shown(message: SimulatedMessage): unknown {
  return { ...message, octets: Buffer.from(message.octets).toString("hex") };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}
