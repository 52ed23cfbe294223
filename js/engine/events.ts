// The module's events on their way out: records of 32-bit words, one heap of text and one of octets a batch.
// The layout is that of src/wasm/events.rs.

import { f64, u32, u8 } from "./memory.ts";
import type { Address, BindRequest, EngineMessage, EngineReport, LinkSink } from "./types.ts";

const enum Kind {
  Bound = 1,
  Settled = 2,
  Request = 3,
  Report = 4,
  Message = 5,
  BindRequest = 6,
  Log = 7,
  Connect = 8,
  Disconnect = 9,
}

const BIND_TYPES = ["transmitter", "receiver", "transceiver"] as const;
const STATUSES = [
  "scheduled",
  "enroute",
  "delivered",
  "expired",
  "deleted",
  "undeliverable",
  "accepted",
  "unknown",
  "rejected",
  "skipped",
] as const;
const NOTHING = 0xffffffff;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

// The batch being read.
let word = 0;
let heap = "";
let octets: Uint8Array = new Uint8Array(0);

function number(): number {
  return u32[word++]!;
}

function optionalNumber(): number | undefined {
  const value = number();
  return value === NOTHING ? undefined : value;
}

function text(): string {
  const start = number();
  return heap.substring(start, start + number());
}

function optionalText(): string | undefined {
  const start = number();
  const length = number();
  return start === NOTHING ? undefined : heap.substring(start, start + length);
}

function bytes(): Uint8Array {
  const start = number();
  return octets.subarray(start, start + number());
}

function optionalBytes(): Uint8Array | undefined {
  const start = number();
  const length = number();
  return start === NOTHING ? undefined : octets.subarray(start, start + length);
}

function double(): number {
  word += word & 1;
  const value = f64[word >> 1]!;
  word += 2;
  return value;
}

function date(): Date | undefined {
  const millis = double();
  return Number.isNaN(millis) ? undefined : new Date(millis);
}

/** A request of one connection as one number. */
function request(): number {
  const connection = number();
  return connection * 4294967296 + number();
}

function address(): Address {
  return { ton: number(), npi: number(), addr: text() };
}

function report(): EngineReport {
  return {
    status: STATUSES[number()] ?? "unknown",
    final: number() === 1,
    messageId: text(),
    rawMessageId: text(),
    key: text(),
    errorCode: optionalText(),
    submitted: optionalNumber(),
    delivered: optionalNumber(),
    text: optionalText(),
    from: address().addr,
    to: address().addr,
    networkError: networkError(),
    raw: bytes(),
    frame: bytes(),
    submittedAt: date(),
    doneAt: date(),
  };
}

function networkError(): { type: number; code: number } | undefined {
  const type = number();
  const code = number();
  return type === NOTHING ? undefined : { type, code };
}

function list(): number[] {
  const count = number();
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) numbers.push(number());
  return numbers;
}

function concat(): { reference: number; total: number; part: number } | undefined {
  const [reference, total, part] = [number(), number(), number()];
  return total === 0 ? undefined : { reference, total, part };
}

function message(): EngineMessage {
  return {
    command: text(),
    sequence: number(),
    from: address(),
    to: address(),
    serviceType: text(),
    esmClass: number(),
    protocolId: number(),
    priority: number(),
    registeredDelivery: number(),
    dataCoding: number(),
    encoding: text(),
    text: optionalText(),
    binary: optionalBytes(),
    udh: optionalBytes(),
    concat: concat(),
    segments: number(),
    complete: number() === 1,
    missing: list(),
    frames: frames(),
  };
}

function frames(): Uint8Array[] {
  const count = number();
  const all: Uint8Array[] = [];
  for (let i = 0; i < count; i++) all.push(bytes());
  return all;
}

function bindRequest(): BindRequest {
  return {
    bind: BIND_TYPES[number()] ?? "transceiver",
    version: number(),
    addrTon: number(),
    addrNpi: number(),
    systemId: text(),
    password: text(),
    systemType: text(),
    addressRange: text(),
  };
}

/** What a link does itself about the life of its connection. */
export interface LifeSink {
  connect(): void;
  disconnect(kind: number, status: number, retryIn: number | undefined, message: string): void;
}

/**
 * Reads the batch that the words at `block` describe and tells it to the sinks. Everything is copied out before the first
 * sink is called: they may call the module again.
 */
export function readEvents(block: number, sink: LinkSink, life: LifeSink): void {
  const b = block >> 2;
  const [eventsAt, words, textAt, textLength, octetsAt, octetsLength] = u32.subarray(b, b + 6) as unknown as number[];
  heap = textLength === 0 ? "" : utf8.decode(u8.subarray(textAt!, textAt! + textLength!));
  octets = u8.slice(octetsAt, octetsAt! + octetsLength!);
  word = eventsAt! >> 2;
  const end = word + words!;
  const calls: (() => void)[] = [];
  while (word < end) {
    switch (number() as Kind) {
      case Kind.Settled: {
        // The hot one: settling calls nobody back before this turn is over, so it need not wait.
        const [ticket, index, outcome, status, command] = [number(), number(), number(), number(), number()];
        sink.settled(ticket, index, outcome, status, command, text(), optionalBytes());
        break;
      }
      case Kind.Report: {
        const from = request();
        const what = report();
        calls.push(() => sink.report(what, from));
        break;
      }
      case Kind.Message: {
        const from = request();
        const what = message();
        calls.push(() => sink.message(what, from));
        break;
      }
      case Kind.Request: {
        const from = request();
        const frame = bytes();
        const error = optionalText();
        calls.push(() => sink.request(frame, from, error));
        break;
      }
      case Kind.Bound: {
        const systemId = text();
        const version = number();
        calls.push(() => sink.bound({ systemId, version }));
        break;
      }
      case Kind.BindRequest: {
        const from = request();
        const what = bindRequest();
        calls.push(() => sink.bindRequest(what, from));
        break;
      }
      case Kind.Log: {
        const line = text();
        calls.push(() => sink.log(line));
        break;
      }
      case Kind.Connect:
        calls.push(() => life.connect());
        break;
      case Kind.Disconnect: {
        const [kind, status, retryIn, why] = [number(), number(), optionalNumber(), text()];
        calls.push(() => life.disconnect(kind, status, retryIn, why));
        break;
      }
    }
  }
  for (const call of calls) call();
}
