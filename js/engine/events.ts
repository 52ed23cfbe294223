// The module's events on their way out: one batch a call, told to a sink. The layout is that of src/wasm/events.rs.

import { address, begin, bytes, flag, list, more, number, optionalBytes, optionalNumber, optionalText, report, text } from "./reader.ts";
import type { BindRequest, EngineMessage, LinkSink, Outcome, Report, Segment } from "./types.ts";

const BOUND = 1;
const SETTLED = 2;
const REQUEST = 3;
const REPORT = 4;
const MESSAGE = 5;
const BIND_REQUEST = 6;
const LOG = 7;
const CONNECT = 8;
const DISCONNECT = 9;
const NO_TRANSCEIVER = 10;
const SEGMENT = 11;
const WITHDRAWN = 12;
const LATE = 13;

const BIND_TYPES = ["transmitter", "receiver", "transceiver"] as const;

/** A request of one connection as one number. */
function request(): number {
  const connection = number();
  return connection * 4294967296 + number();
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
    complete: flag(),
    missing: list(number),
    frames: list(bytes),
  };
}

function segment(): Segment {
  return { key: text(), digest: text(), reference: number(), total: number(), part: number(), pdu: bytes() };
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
  connect(endpoint: number): void;
  /** `info`: what the SMSC said of the bind it refused. */
  disconnect(kind: number, status: number, retryIn: number | undefined, message: string, info: string | undefined): void;
}

/**
 * Reads the batch that the doubles from number `block` on describe. Results are told to the sink at once, all else by the calls that are
 * returned: whoever is told may call the module again.
 */
export function readEvents(block: number, sink: LinkSink, life: LifeSink): (() => void)[] {
  begin(block);
  const calls: (() => void)[] = [];
  while (more()) {
    switch (number()) {
      case SETTLED: {
        // The hot one: settling calls nobody back before this turn is over, so it need not wait.
        // Arguments are evaluated in order.
        sink.settled(number(), number(), number() as Outcome, number(), number(), text(), optionalBytes(), optionalText());
        break;
      }
      case LATE: {
        const [ticket, index, outcome, status, command, messageId, frame, info] =
          [number(), number(), number() as Outcome, number(), number(), text(), optionalBytes(), optionalText()];
        sink.late?.(ticket, index, outcome, status, command, messageId, frame, info);
        break;
      }
      case REPORT: {
        const from = request();
        const key = optionalText();
        const what = report();
        calls.push(() => sink.report(what, from, key ?? what.messageId));
        break;
      }
      case MESSAGE: {
        const from = request();
        const what = message();
        calls.push(() => sink.message(what, from));
        break;
      }
      case SEGMENT: {
        const from = request();
        const what = segment();
        calls.push(() => sink.segment?.(what, from));
        break;
      }
      case WITHDRAWN: {
        const which = request();
        calls.push(() => sink.withdrawn?.(which));
        break;
      }
      case REQUEST: {
        const from = request();
        const frame = bytes();
        const error = optionalText();
        calls.push(() => sink.request(frame, from, error));
        break;
      }
      case BOUND: {
        const systemId = text();
        const version = number();
        calls.push(() => sink.bound({ systemId, version }));
        break;
      }
      case BIND_REQUEST: {
        const from = request();
        const what = bindRequest();
        calls.push(() => sink.bindRequest(what, from));
        break;
      }
      case LOG: {
        const line = text();
        calls.push(() => sink.log(line));
        break;
      }
      case CONNECT: {
        const endpoint = number();
        calls.push(() => life.connect(endpoint));
        break;
      }
      case NO_TRANSCEIVER:
        calls.push(() => sink.noTransceiver?.());
        break;
      case DISCONNECT: {
        const [kind, status, retryIn, why, info] = [number(), number(), optionalNumber(), text(), optionalText()];
        calls.push(() => life.disconnect(kind, status, retryIn, why, info));
        break;
      }
    }
  }
  return calls;
}

/** Reads the one message or report that the doubles from number `block` on describe. */
export function readJoined(block: number): { message: EngineMessage } | { report: Report } | undefined {
  begin(block);
  if (!more()) return undefined;
  const kind = number();
  request();
  if (kind === MESSAGE) return { message: message() };
  optionalText();
  return { report: report() };
}
