// A client of WebSockets (RFC 6455) over node:net and node:tls: unlike that of the runtimes it takes headers everywhere, and can be paused.

import { createHash, randomBytes } from "node:crypto";
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

const KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const LONGEST_HEAD = 16_384;
const LONGEST_MESSAGE = 33_554_432;
/** How long the handshake, and the peer's Close, may take, in milliseconds. */
const OPEN_WITHIN = 20_000;
const CLOSE_WITHIN = 2_000;
/** Longest wait for the rest of a refusal, in milliseconds. */
const REASON_WITHIN = 1_000;
/** A peer that is silent for so long gets a Ping; one that is silent again for as long is gone. In milliseconds. */
const PING_AFTER = 30_000;

/** The close code of an ordinary end. */
const NORMAL = 1000;
const FINAL = 0x80;
const MASKED = 0x80;
const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface WebSocketTarget {
  url: URL;
  protocol: string;
  headers: Record<string, string>;
  /** Authorities to trust, PEM. */
  ca?: Buffer | undefined;
}

/** Where messages go. A binary one may come in pieces. */
export interface WebSocketListener {
  binary(bytes: Buffer): void;
  text(text: string): void;
  /** What was written has left, after `send` has returned false. */
  drain(): void;
  /** The end, with what was wrong. Nothing is called after it. */
  ended(fault: string | undefined): void;
}

/** The server's answer was no WebSocket: its status, and what its body gives as the reason. */
export class RefusedError extends Error {
  readonly status: number;

  constructor(status: number, reason: string) {
    super(reason === "" ? `HTTP status ${status}` : `${reason} (HTTP status ${status})`);
    this.status = status;
  }
}

/** Opens a WebSocket. Rejects when it can't be opened in time, or the signal is aborted. */
export function openWebSocket(target: WebSocketTarget, signal: AbortSignal): Promise<OpenWebSocket> {
  const { url, ca } = target;
  const isTls = url.protocol === "wss:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port) || (isTls ? 443 : 80);
  return new Promise((resolve, reject) => {
    const socket = isTls ? connectTls({ host, port, servername: /^[\d.]+$|:/.test(host) ? "" : host, ALPNProtocols: ["http/1.1"], ...(ca && { ca }) }) : connectPlain({ host, port });
    const key = randomBytes(16).toString("base64");
    let head = Buffer.alloc(0);
    const end = (error: Error | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.off("data", onData).off("error", end).off("close", onClose);
      if (error === undefined) return;
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => end(signal.reason as Error);
    const timer = setTimeout(() => end(new Error(`no answer within ${OPEN_WITHIN / 1000} seconds`)), OPEN_WITHIN);
    const onClose = (): void => end(new Error("the server closed the connection during the handshake"));
    const onData = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const length = head.indexOf("\r\n\r\n");
      if (length < 0) return head.length > LONGEST_HEAD ? end(new Error("the answer is not HTTP")) : undefined;
      const answer = readHead(head.toString("latin1", 0, length));
      if (answer === undefined) return end(new Error("the answer is not HTTP"));
      if (answer.status !== 101) {
        socket.off("data", onData).off("close", onClose);
        return void readReason(socket, head.subarray(length + 4)).then((reason) => end(new RefusedError(answer.status, reason)));
      }
      const accepted = createHash("sha1").update(key + KEY_SUFFIX).digest("base64");
      if (answer.headers["sec-websocket-accept"] !== accepted || answer.headers["sec-websocket-protocol"] !== target.protocol) return end(new Error("the answer is not one to this handshake"));
      end(undefined);
      resolve(new OpenWebSocket(socket, head.subarray(length + 4)));
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort);
    socket.setNoDelay(true);
    socket.on("error", end).on("close", onClose).on("data", onData);
    const { pathname, search, host: hostAndPort } = url;
    const headers = { host: hostAndPort, connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": key, "sec-websocket-protocol": target.protocol, ...target.headers };
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
  });
}

function readHead(text: string): { status: number; headers: Record<string, string> } | undefined {
  const [first = "", ...lines] = text.split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3})\b/.exec(first)?.[1];
  if (status === undefined) return undefined;
  return { status: Number(status), headers: Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()])) };
}

/** The `detail` or `title` of a problem (RFC 9457), which may still be arriving. */
async function readReason(socket: Socket, begin: Buffer): Promise<string> {
  let body = begin.toString("utf8");
  const reason = (): string | undefined => /"detail":"([^"\\]+)"/.exec(body)?.[1] ?? /"title":"([^"\\]+)".*\}/.exec(body)?.[1];
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, REASON_WITHIN);
    const look = (): void => {
      if (reason() === undefined && body.length < LONGEST_HEAD) return;
      clearTimeout(timer);
      resolve();
    };
    socket.on("data", (chunk: Buffer) => {
      body += chunk.toString("utf8");
      look();
    });
    socket.once("close", () => resolve());
    look();
  });
  return reason() ?? "";
}

/** An open WebSocket. It reads once it is listened to. */
export class OpenWebSocket {
  readonly #socket: Socket;
  #listener!: WebSocketListener;
  #input: Buffer;
  /** The text of the message that is being read; undefined: it is a binary one. */
  #text: string | undefined;
  #isClosing = false;
  /** The peer's close code. */
  #code = NORMAL;
  #hasEnded = false;
  #heardAt = Date.now();
  #pings: ReturnType<typeof setInterval> | undefined;

  constructor(socket: Socket, begin: Buffer) {
    this.#socket = socket;
    this.#input = begin;
    socket.pause();
  }

  listen(listener: WebSocketListener): void {
    this.#listener = listener;
    let fault: string | undefined;
    this.#socket.on("data", (chunk: Buffer) => this.#received(chunk));
    this.#socket.on("drain", () => listener.drain());
    this.#socket.on("error", ({ message }) => (fault = message));
    this.#socket.on("close", () => this.#end(this.#code !== NORMAL ? `the gateway closed the WebSocket with code ${this.#code}` : this.#isClosing ? undefined : fault ?? "the connection to the gateway was lost"));
    this.#pings = setInterval(() => {
      const silent = Date.now() - this.#heardAt;
      if (silent >= 2 * PING_AFTER) this.#fail("the gateway does not answer");
      else if (silent >= PING_AFTER) this.#write(Opcode.ping, Buffer.alloc(0));
    }, PING_AFTER / 2);
    this.#received(Buffer.alloc(0));
    this.#socket.resume();
  }

  /** Sends a binary message; false if more should wait for `drain`. */
  send(bytes: Buffer): boolean {
    return this.#write(Opcode.binary, bytes);
  }

  sendText(text: string): boolean {
    return this.#write(Opcode.text, Buffer.from(text));
  }

  /** Says that nothing more comes from here. What the peer still sends is taken until it closes too. */
  close(code = NORMAL): void {
    if (this.#isClosing || this.#hasEnded) return;
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.#write(Opcode.close, payload);
    this.#isClosing = true;
    const timer = setTimeout(() => this.#socket.destroy(), CLOSE_WITHIN);
    this.#socket.once("close", () => clearTimeout(timer));
  }

  #write(opcode: number, payload: Buffer): boolean {
    if (this.#isClosing || this.#hasEnded) return true;
    const { length } = payload;
    const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
    const frame = Buffer.allocUnsafe(6 + extended + length);
    frame[0] = FINAL | opcode;
    frame[1] = MASKED | (extended === 0 ? length : extended === 2 ? 126 : 127);
    if (extended === 2) frame.writeUInt16BE(length, 2);
    if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
    const mask = randomBytes(4);
    mask.copy(frame, 2 + extended);
    for (let i = 0, at = 6 + extended; i < length; i++) frame[at + i] = payload[i]! ^ mask[i & 3]!;
    return this.#socket.write(frame);
  }

  #received(chunk: Buffer): void {
    this.#heardAt = Date.now();
    this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk]);
    while (!this.#hasEnded && this.#readFrame());
  }

  /** Reads the first frame; false if it has not come as a whole. */
  #readFrame(): boolean {
    const input = this.#input;
    if (input.length < 2) return false;
    const [first, second] = [input[0]!, input[1]!];
    if ((second & MASKED) !== 0 || (first & 0x70) !== 0) return this.#fail("the gateway sent a frame that WebSockets don't have");
    const short = second & 0x7f;
    const at = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (input.length < at) return false;
    const length = short === 126 ? input.readUInt16BE(2) : short === 127 ? Number(input.readBigUInt64BE(2)) : short;
    if (length > LONGEST_MESSAGE) return this.#fail("the gateway sent a frame that is too long");
    if (input.length < at + length) return false;
    this.#input = input.subarray(at + length);
    this.#take(first & 0x0f, (first & FINAL) !== 0, input.subarray(at, at + length));
    return true;
  }

  #take(opcode: number, isFinal: boolean, payload: Buffer): void {
    switch (opcode) {
      case Opcode.text:
      case Opcode.binary:
      case Opcode.continuation:
        if (opcode !== Opcode.continuation) this.#text = opcode === Opcode.text ? "" : undefined;
        if (this.#text === undefined) return this.#listener.binary(payload);
        this.#text += payload.toString("utf8");
        if (isFinal) this.#listener.text(this.#text);
        return;
      case Opcode.close:
        this.#code = payload.length >= 2 ? payload.readUInt16BE(0) : NORMAL;
        this.close();
        return void this.#socket.end();
      case Opcode.ping:
        return void this.#write(Opcode.pong, payload);
      case Opcode.pong:
        return;
      default:
        this.#fail("the gateway sent a frame that WebSockets don't have");
    }
  }

  #fail(fault: string): false {
    this.#end(fault);
    this.#socket.destroy();
    return false;
  }

  #end(fault: string | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#pings);
    this.#listener.ended(fault);
  }
}
