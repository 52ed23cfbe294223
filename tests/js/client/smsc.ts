// Message SMSCs that share no code with the client: the server of npm `smpp`, and one that does what a script says.

import { createRequire } from "node:module";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { parse, pdu, until, type NodePdu } from "../simulator/peers.ts";

interface NodeSession {
  /** The command that it bound with. */
  bind?: string;
  send(pdu: unknown, answered?: (answer: NodePdu) => void): boolean;
  on(event: string, listener: (pdu: NodePdu & { response(fields?: object): unknown }) => void): void;
  destroy(): void;
}
interface NodeServer {
  listen(port: number, host: string, listening: () => void): void;
  address(): AddressInfo;
  close(): void;
}
const smpp = createRequire(import.meta.url)("smpp") as {
  createServer(options: { cert?: string; key?: string }, connected: (session: NodeSession) => void): NodeServer;
  PDU: new (command: string, fields?: object) => NodePdu;
};

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Splits a stream into PDUs by their first field. */
export class Frames {
  readonly all: Buffer[] = [];
  #rest = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const found: Buffer[] = [];
    while (this.#rest.length >= 4 && this.#rest.length >= this.#rest.readUInt32BE(0)) {
      const length = this.#rest.readUInt32BE(0);
      found.push(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    }
    this.all.push(...found);
    return found;
  }
}

/** The server of npm `smpp`. It takes system_id "id" with password "secret" and accepts all messages; what comes in is recorded. */
export class NodeSmsc {
  readonly port: number;
  /** What the ESME sent, octet for octet. */
  readonly frames: Frames;
  /** The same, as npm `smpp` reads it. */
  readonly received: NodePdu[];
  readonly #scheme: "smpp" | "smpps";
  readonly #end: () => void;
  readonly #sessions: NodeSession[];

  private constructor(scheme: "smpp" | "smpps", port: number, frames: Frames, received: NodePdu[], sessions: NodeSession[], end: () => void) {
    this.#scheme = scheme;
    this.port = port;
    this.frames = frames;
    this.received = received;
    this.#sessions = sessions;
    this.#end = end;
  }

  /** `transceivers`: whether it knows bind_transceiver. `certificate`: over TLS, with this one. */
  static async listen({ transceivers = true, certificate }: { transceivers?: boolean; certificate?: { cert: string; key: string } | undefined } = {}): Promise<NodeSmsc> {
    const received: NodePdu[] = [];
    const sessions: NodeSession[] = [];
    const server = smpp.createServer(certificate ?? {}, (session) => {
      sessions.push(session);
      let count = 0;
      session.on("error", () => {});
      session.on("pdu", (request) => {
        received.push(request);
        if (request.command.endsWith("_resp")) return;
        if (request.command === "bind_transceiver" && !transceivers) {
          session.send(request.response({ command_status: 0x03 }));
        } else if (request.command.startsWith("bind_")) {
          const status = request["password"] === "secret" ? 0 : 0x0e;
          session.bind = request.command;
          session.send(request.response({ command_status: status, system_id: "npm" }));
        } else if (request.command === "submit_sm") {
          session.send(request.response({ message_id: `npm-${++count}` }));
        } else {
          session.send(request.response());
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

    // Between the two lies a wire that is listened to.
    const frames = new Frames();
    const sockets = new Set<Socket>();
    const join = (near: Socket): void => {
      const { port } = server.address();
      const far = certificate === undefined ? connect(port, "127.0.0.1") : connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
      for (const socket of [near, far]) {
        sockets.add(socket.setNoDelay(true));
        socket.on("error", () => {});
      }
      near.on("data", (chunk: Buffer) => void frames.push(chunk));
      near.pipe(far).pipe(near);
    };
    const wire = certificate === undefined ? createServer(join) : createTlsServer(certificate, join);
    wire.on("tlsClientError", () => {});
    const port = await listening(wire);
    return new NodeSmsc(certificate === undefined ? "smpp" : "smpps", port, frames, received, sessions, () => {
      for (const socket of sockets) socket.destroy();
      wire.close();
      server.close();
    });
  }

  get url(): string {
    return `${this.#scheme}://id:secret@127.0.0.1:${this.port}`;
  }

  /** Sends a request to the ESME that bound last, and resolves with the answer. */
  request(command: string, fields: object): Promise<NodePdu> {
    return this.#ask(this.#sessions.at(-1) as NodeSession, command, fields);
  }

  /** The same for the session that bound with this command. */
  requestOf(bind: string, command: string, fields: object): Promise<NodePdu> {
    return this.#ask(this.#sessions.findLast((session) => session.bind === bind) as NodeSession, command, fields);
  }

  #ask(session: NodeSession, command: string, fields: object): Promise<NodePdu> {
    return new Promise((resolve) => session.send(new smpp.PDU(command, fields), resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    return Promise.resolve();
  }
}

/** One connection of a {@link ScriptedSmsc}. */
export class Line {
  readonly frames = new Frames();
  readonly socket: Socket;
  closed = false;

  constructor(socket: Socket) {
    this.socket = socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.once("close", () => (this.closed = true));
  }

  /** Sends octets, or a PDU that npm `smpp` encodes. */
  send(what: Uint8Array | string, fields: object = {}): void {
    this.socket.write(typeof what === "string" ? pdu(what, fields) : what);
  }

  /** The PDUs of this kind that came. */
  got(command: string): NodePdu[] {
    return this.frames.all.map((frame) => parse(frame)).filter((found) => found.command === command);
  }

  /** Waits for so many PDUs of a kind, and gives the last of them. */
  async await(command: string, count = 1): Promise<NodePdu> {
    await until(`${command} number ${count}`, () => this.got(command).length >= count);
    return this.got(command)[count - 1] as NodePdu;
  }
}

/** What a script does with a request; undefined leaves it unanswered. */
export type Script = (request: NodePdu, line: Line) => void;

/** Answers the bind, and everything else as the script says. */
export class ScriptedSmsc {
  readonly port: number;
  readonly lines: Line[];
  readonly #server: Server;

  private constructor(server: Server, port: number, lines: Line[]) {
    this.#server = server;
    this.port = port;
    this.lines = lines;
  }

  /** `connected` says what happens before any PDU; false makes the SMSC ignore all PDUs. */
  static async listen(script: Script = () => {}, connected: (line: Line) => unknown = () => {}): Promise<ScriptedSmsc> {
    const lines: Line[] = [];
    const server = createServer((socket) => {
      const line = new Line(socket);
      lines.push(line);
      if (connected(line) === false) return void socket.resume();
      socket.on("data", (chunk: Buffer) => {
        for (const frame of line.frames.push(chunk)) {
          const request = parse(frame);
          if (request.command.startsWith("bind_")) answer(line, request, { system_id: "scripted" });
          else if (!request.command.endsWith("_resp")) script(request, line);
        }
      });
    });
    return new ScriptedSmsc(server, await listening(server), lines);
  }

  get url(): string {
    return `smpp://id:secret@127.0.0.1:${this.port}`;
  }

  /** The connection made last. */
  get line(): Line {
    return this.lines.at(-1) as Line;
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.lines) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** Answers a request with its own response. */
export function answer(line: Line, request: NodePdu, fields: object = {}): void {
  line.send(`${request.command}_resp`, { sequence_number: request.sequence_number, ...fields });
}

/** The refusal of a bind: a header alone, as the specification has it. */
export function refusal(bind: NodePdu, status: number): Buffer {
  const octets = pdu(`${bind.command}_resp`, { sequence_number: bind.sequence_number, command_status: status }).subarray(0, 16);
  octets.writeUInt32BE(16, 0);
  return octets;
}
