// Two ESMEs that share no code with the SMSC: the client of npm `smpp`, and a bare socket.

import { once } from "node:events";
import { createRequire } from "node:module";
import { connect, type Socket } from "node:net";

// Kept for tests that move the clock.
const { setTimeout, clearTimeout } = globalThis;

/** A PDU as npm `smpp` shows it. */
export interface NodePdu {
  command: string;
  command_id: number;
  command_status: number;
  sequence_number: number;
  message_id: string;
  esm_class: number;
  source_addr: string;
  destination_addr: string;
  short_message: { message: string | Buffer; udh?: Buffer[] };
  [field: string]: unknown;
}

interface NodeSession {
  on(event: string, listener: (argument: never) => void): void;
  once(event: string, listener: () => void): void;
  send(pdu: unknown, answered?: (pdu: NodePdu) => void): boolean;
  destroy(): void;
}

interface NodeSmpp {
  connect(options: { url: string; rejectUnauthorized?: boolean }): NodeSession;
  PDU: new (command: string | Buffer, fields?: object) => NodePdu & { toBuffer(): Buffer; response(fields?: object): unknown };
}

const smpp = createRequire(import.meta.url)("smpp") as NodeSmpp;

/** The octets of a PDU, encoded by npm `smpp`. */
export function pdu(command: string, fields: object = {}): Buffer {
  return new smpp.PDU(command, { sequence_number: 1, ...fields }).toBuffer();
}

export function parse(frame: Buffer): NodePdu {
  return new smpp.PDU(frame);
}

/** Octets as hexadecimal digits, with spaces between fields. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(" ", ""), "hex");
}

/** What has come and not been taken yet, and who waits for it. */
class Inbox<T> {
  #items: T[] = [];
  #takers: ((item: T) => void)[] = [];

  put(item: T): void {
    const taker = this.#takers.shift();
    if (taker) taker(item);
    else this.#items.push(item);
  }

  get size(): number {
    return this.#items.length;
  }

  /** The next item; fails if none comes. */
  async take(): Promise<T> {
    if (this.#items.length > 0) return this.#items.shift()!;
    return within("an answer", new Promise((resolve) => this.#takers.push(resolve)));
  }
}

/** Rejects when `promise` takes so long that something hangs. */
export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come`)), 15_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the condition holds. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const poll = async () => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await within(what, poll());
}

/** The client of npm `smpp`. What the SMSC sends is acknowledged with the status that `answerWith` says. */
export class NodeEsme {
  readonly inbound = new Inbox<NodePdu>();
  readonly closed: Promise<void>;
  answerWith: (pdu: NodePdu) => number = () => 0;
  readonly #session: NodeSession;

  constructor(url: string) {
    this.#session = smpp.connect({ url, rejectUnauthorized: false });
    this.closed = new Promise((resolve) => this.#session.once("close", () => resolve()));
    this.#session.on("error", () => {});
    this.#session.on("deliver_sm", (request: NodePdu & { response(fields: object): unknown }) => {
      this.#session.send(request.response({ command_status: this.answerWith(request) }));
      this.inbound.put(request);
    });
    this.#session.on("unbind", (request: { response(): unknown }) => void this.#session.send(request.response()));
  }

  static async bound(url: string, bind = "bind_transceiver"): Promise<NodeEsme> {
    const esme = new NodeEsme(url);
    const answer = await esme.bind(bind);
    if (answer.command_status !== 0) throw new Error(`${bind} was refused with ${answer.command_status}`);
    return esme;
  }

  bind(command = "bind_transceiver", credentials: object = {}): Promise<NodePdu> {
    return this.request(command, { system_id: "smppclient1", password: "password", ...credentials });
  }

  request(command: string, fields: object = {}): Promise<NodePdu> {
    return within(`the answer to ${command}`, new Promise((resolve) => {
      this.#session.send(new smpp.PDU(command, fields), resolve);
    }));
  }

  submit(fields: object = {}): Promise<NodePdu> {
    return this.request("submit_sm", { source_addr: "12345", destination_addr: "15551230000", short_message: "Hello", ...fields });
  }

  destroy(): void {
    this.#session.destroy();
  }
}

/** A bare socket: sends octets as they are and takes frames as they come. */
export class RawEsme {
  readonly frames = new Inbox<Buffer>();
  /** All octets that came. */
  octets = Buffer.alloc(0);
  /** How many reads they came in. */
  reads = 0;
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #taken = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    socket.on("data", (chunk) => this.#data(chunk as Buffer));
  }

  static async connected(port: number): Promise<RawEsme> {
    const socket = connect({ host: "127.0.0.1", port });
    const esme = new RawEsme(socket);
    await within("the connection", once(socket, "connect"));
    return esme;
  }

  static async bound(port: number): Promise<RawEsme> {
    const esme = await RawEsme.connected(port);
    esme.send(pdu("bind_transceiver", { system_id: "smppclient1", password: "password" }));
    await esme.frames.take();
    return esme;
  }

  send(octets: Uint8Array): void {
    this.#socket.write(octets);
  }

  /** The next PDU. */
  async next(): Promise<NodePdu> {
    return parse(await this.frames.take());
  }

  /** Sends a submit_sm to this number. */
  submit(destination: string, sequence: number, fields: object = {}): void {
    this.send(pdu("submit_sm", { source_addr: "12345", destination_addr: destination, short_message: "Hello", sequence_number: sequence, ...fields }));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #data(chunk: Buffer): void {
    this.octets = Buffer.concat([this.octets, chunk]);
    this.reads++;
    while (this.octets.length - this.#taken >= 4) {
      const length = this.octets.readUInt32BE(this.#taken);
      if (length < 16 || this.#taken + length > this.octets.length) return;
      this.frames.put(this.octets.subarray(this.#taken, this.#taken + length));
      this.#taken += length;
    }
  }
}
