import type { Link } from "../engine/link.ts";
import type { OpenTransport, Transport, TransportHandler } from "../engine/transport.ts";
import type { EngineConfig, LinkSink, Segment } from "../engine/types.ts";

const ESME_RX_T_APPN = 0x64;
const HEADER = 16;
const RESPONSE = 0x80000000;
const MOST_NUMBERS = 0x7fffffff;
/** More than segments are held at a time. */
const MOST_ORIGINALS = 20_000;

/** What the joiner makes of segments. */
export type JoinerSink = Pick<LinkSink, "report" | "message" | "withdrawn" | "request" | "closed">;
type MakeSession = (config: EngineConfig, sink: LinkSink, open: OpenTransport) => Link;

/**
 * Joins the segments that come over several connections. It is a session of the engine like any other; its SMSC is in memory, and
 * delivers what the connections hand over. The answers go back to the connection that each segment came by.
 */
export class SegmentJoiner {
  readonly link: Link;
  #handler: TransportHandler | undefined;
  #bound = false;
  #last = 0;
  /** By the number that a segment has here: how to answer it. */
  readonly #answers = new Map<number, (status: number) => void>();
  /** The numbers that segments had on their connections, the oldest first. */
  readonly #originals = new Map<number, number>();

  constructor(make: MakeSession, config: EngineConfig, sink: JoinerSink) {
    const restored = <T extends { pdu: Uint8Array }>(item: T): T => {
      this.#restore(item.pdu);
      return item;
    };
    this.link = make(settings(config), {
      state: () => {},
      bound: () => (this.#bound = true),
      settled: () => {},
      report: (report, request, key) => sink.report(restored(report), request, key),
      message: (message, request) => {
        for (const frame of message.frames) this.#restore(frame);
        sink.message(message, request);
      },
      withdrawn: (request) => sink.withdrawn?.(request),
      request: (frame, _request, error) => {
        this.#restore(frame);
        sink.request(frame, 0, error);
      },
      bindRequest: () => {},
      log: () => {},
      closed: (detail) => sink.closed(detail),
    }, async (handler) => this.#open(handler));
    this.link.start();
  }

  /** Takes a segment; `answer` is called once, with the status that the SMSC is to have, unless the segment is withdrawn. */
  add({ pdu }: Segment, answer: (status: number) => void): void {
    if (!this.#bound || this.#handler === undefined) return answer(ESME_RX_T_APPN);
    const number = (this.#last = (this.#last % MOST_NUMBERS) + 1);
    this.#answers.set(number, answer);
    this.#originals.set(number, renumber(pdu, number));
    for (const oldest of this.#originals.keys()) {
      if (this.#originals.size <= MOST_ORIGINALS) break;
      this.#originals.delete(oldest);
    }
    this.#handler.data(pdu);
  }

  #open(handler: TransportHandler): Transport {
    this.#handler = handler;
    return { write: (octets) => this.#answer(handler, octets), close: () => {}, destroy: () => {} };
  }

  /** The session wrote whole PDUs: its bind, and answers to segments. */
  #answer(handler: TransportHandler, octets: Uint8Array): boolean {
    const written = octets.slice();
    const view = new DataView(written.buffer);
    for (let at = 0; at < written.length; at += view.getUint32(at)) {
      const [command, status, number] = [view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)];
      if (command < RESPONSE) handler.data(response(command, number));
      const answer = this.#answers.get(number);
      if (command < RESPONSE || answer === undefined) continue;
      this.#answers.delete(number);
      answer(status);
    }
    return true;
  }

  /** Gives a PDU the number back that it came with. */
  #restore(pdu: Uint8Array): void {
    const number = new DataView(pdu.buffer, pdu.byteOffset).getUint32(12);
    const original = this.#originals.get(number);
    if (original !== undefined) renumber(pdu, original);
  }
}

/** Those of a session that only joins: time and patience are those of the connections. */
function settings(config: EngineConfig): EngineConfig {
  const { defaultAlphabet, ia5, messageIdFormat, plainReceipts, receiptZone, partTimeout, acknowledgeTimeout } = config;
  return {
    role: "esme", bind: "receiver", enquireLink: 0, reconnect: null, maxPdu: 0xffffffff, maxUnacknowledged: 0xffffffff,
    ...defined({ defaultAlphabet, ia5, messageIdFormat, plainReceipts, receiptZone, partTimeout, acknowledgeTimeout }),
  };
}

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** Returns the number that the PDU had. */
function renumber(pdu: Uint8Array, number: number): number {
  const view = new DataView(pdu.buffer, pdu.byteOffset);
  const before = view.getUint32(12);
  view.setUint32(12, number);
  return before;
}

/** The answer ESME_ROK to a bind: a header and an empty system_id. */
function response(command: number, number: number): Uint8Array {
  const octets = new Uint8Array(HEADER + 1);
  const view = new DataView(octets.buffer);
  view.setUint32(0, octets.length);
  view.setUint32(4, command + RESPONSE);
  view.setUint32(12, number);
  return octets;
}
