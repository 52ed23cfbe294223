import { readFileSync } from "node:fs";
import { createServer as createPlainServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { TUNNEL_PROTOCOL } from "../../server/tunnel.ts";
import { integer, parse, type FlagTable } from "../connection/flags.ts";
import { Failure, UsageError } from "../failure.ts";
import { Interrupt } from "../send/interrupt.ts";
import { carry, type Carried } from "./carry.ts";
import { RefusedError, type WebSocketTarget } from "./web-socket.ts";

/** The path of the ready gateway. */
const PATH = "/v1/tunnel";
const HANDSHAKE = 10_000;
/** How long connections may take to end after a signal, in milliseconds. */
const END_WITHIN = 5_000;

const HELP = `smpp-edge tunnel [flags] wss://gateway.example

Listens for programs that speak SMPP, and carries each connection over a
WebSocket to a gateway with applications. It passes bytes on and reads none.
When no WebSocket can be opened, the connection is closed: the program tries
again, as with any SMSC that is away.

The token is an API key of the gateway with the scope "tunnel", in
$SMPP_TUNNEL_TOKEN or a file. Without a path in the URL it is ${PATH}.

  --listen [HOST:]PORT  default 127.0.0.1:2775; port 0 takes a free one
  --token-file FILE     the token, instead of the variable
  --ca FILE             authorities to trust for the gateway, PEM
  --cert FILE           certificate and key, PEM: TLS towards the programs
  --key FILE
  --max N               connections at a time; default 1000
  --quiet               no line for each connection
  --help

Exit codes: 0 stopped by a signal, 1 it can't listen, 2 wrong flags.
`;

export const FLAGS = {
  listen: { type: "string" },
  "token-file": { type: "string" },
  ca: { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  max: { type: "string" },
  quiet: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies FlagTable;

/** `smpp-edge tunnel`: resolves when a signal has stopped it. */
export async function tunnel(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, FLAGS);
  if (values["help"] === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const text = (name: keyof typeof FLAGS): string | undefined => values[name] as string | undefined;
  const target = readTarget(positionals, text("token-file"), text("ca"));
  const { host, port } = readAddress(text("listen") ?? "2775");
  if ((text("cert") === undefined) !== (text("key") === undefined)) throw new UsageError("--cert and --key go together");
  const tls = text("cert") === undefined ? undefined : { cert: read("cert", text("cert")!), key: read("key", text("key")!) };
  const max = integer("max", text("max")) ?? 1_000;
  if (max === 0) throw new UsageError("--max 0: at least 1 is expected");

  const interrupt = new Interrupt();
  const connections = new Set<Socket>();
  const log = values["quiet"] === true ? () => {} : (line: string) => console.log(line);
  const accepted = async (socket: Socket): Promise<void> => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    log(`${peer} connected`);
    try {
      log(`${peer} closed${summaryOf(await carry(socket, target, interrupt.stop))}`);
    } catch (error) {
      if (!interrupt.stop.aborted) console.error(`${peer} closed: ${explained(error as Error, target.url)}`);
    }
  };
  const server = await listen(tls, host, port, (socket) => void accepted(socket));
  server.prependListener("connection", (socket: Socket) => {
    if (connections.size >= max) {
      console.error(`${socket.remoteAddress}:${socket.remotePort} refused: ${max} connections are open (--max)`);
      return void socket.destroy();
    }
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  console.log(`listening on ${tls ? "smpps" : "smpp"}://${family === "IPv6" ? `[${address}]` : address}:${bound} for ${target.url.host}`);

  if (!interrupt.stop.aborted) await new Promise((resolve) => interrupt.stop.addEventListener("abort", resolve, { once: true }));
  const stopped = new Promise((resolve) => server.close(resolve));
  const destroy = (): void => connections.forEach((socket) => socket.destroy());
  interrupt.giveUp.addEventListener("abort", destroy, { once: true });
  const timer = setTimeout(destroy, END_WITHIN);
  await stopped;
  clearTimeout(timer);
  interrupt.end();
  return 0;
}

function readTarget([given, ...more]: string[], tokenFile: string | undefined, ca: string | undefined): WebSocketTarget {
  const url = given !== undefined && URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || more.length > 0 || !["ws:", "wss:"].includes(url.protocol)) throw new UsageError("expected one URL of a gateway, wss://…");
  if (url.username !== "" || url.password !== "") throw new UsageError("no user name and password are expected in the URL: the token is in $SMPP_TUNNEL_TOKEN or --token-file");
  if (url.pathname === "/") url.pathname = PATH;
  const token = (tokenFile === undefined ? process.env["SMPP_TUNNEL_TOKEN"] : read("token-file", tokenFile).toString("utf8"))?.trim();
  if (token !== undefined && !/^[!-~]+$/.test(token)) throw new UsageError("the token is empty, or has characters that a key of the gateway can't have");
  if (ca !== undefined && url.protocol === "ws:") throw new UsageError("--ca needs a wss:// URL");
  return { url, protocol: TUNNEL_PROTOCOL, headers: token === undefined ? {} : { authorization: `Bearer ${token}` }, ca: ca === undefined ? undefined : read("ca", ca) };
}

function readAddress(given: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]:|([^:]+):)?(\d{1,5})$/i.exec(given) ?? [];
  if (port === undefined || Number(port) > 65_535) throw new UsageError(`--listen ${given}: expected [HOST:]PORT`);
  return { host: bracketed ?? plain ?? "127.0.0.1", port: Number(port) };
}

function read(flag: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(`--${flag} ${file}: the file cannot be read: ${(error as Error).message}`);
  }
}

async function listen(tls: { cert: Buffer; key: Buffer } | undefined, host: string, port: number, accepted: (socket: Socket) => void): Promise<Server> {
  // The answer to an application's last request may come after its end.
  const options = { allowHalfOpen: true };
  let server: Server;
  try {
    server = tls ? createTlsServer({ ...options, ...tls, handshakeTimeout: HANDSHAKE }, accepted) : createPlainServer(options, accepted);
  } catch (error) {
    throw new Failure(`--cert and --key can't be used: ${(error as Error).message}`);
  }
  // node:tls leaves the socket open of a handshake that has taken too long.
  server.on("tlsClientError", ({ message }: Error, socket: Socket) => {
    console.error(`${socket.remoteAddress ?? "a connection"}: TLS handshake failed: ${message}`);
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new Failure(`--listen ${host}:${port}: ${error.message}`)));
    server.listen(port, host, resolve);
  });
  server.on("error", ({ message }) => console.error(`a connection could not be taken: ${message}`));
  return server;
}

function summaryOf({ sent, received, fault }: Carried): string {
  return `, ${sent} bytes sent, ${received} received${fault === undefined ? "" : `: ${fault}`}`;
}

function explained(error: Error, { host }: URL): string {
  if (!(error instanceof RefusedError)) return `${host} can't be reached: ${error.message}`;
  const hint = error.status === 401 || error.status === 403 ? "; SMPP_TUNNEL_TOKEN has to be an API key with the scope tunnel" : "";
  return `${host} refuses the tunnel: ${error.message}${hint}`;
}
