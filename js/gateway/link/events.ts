/** Events kept for a stream that comes back. */
const KEPT = 500;
/** Octets that may wait for a slow reader, beside those it starts with; then its stream breaks off, and it may come back. */
const BEHIND = 131_072;
/** Streams at a time: together with {@link BEHIND} they bound the memory. */
const STREAMS = 32;

/** What happened at a link: a message's state, something inbound, the link's own state, or a PDU that passed. */
export interface GatewayEvent {
  type: "message" | "inbound" | "link" | "pdu";
  /** Milliseconds since 1970. */
  at: number;
  data: unknown;
}

/** The server-sent events of one link. The id of an event is its time, so that one id serves for all links. */
export class Events {
  #kept: GatewayEvent[] = [];
  /** `start`: octets that the reader started with. */
  readonly #readers = new Map<ReadableStreamDefaultController<Uint8Array>, { pdus: boolean; start: number }>();
  #dropped = 0;

  /** Streams that are open, and how many were broken off because nobody read them. */
  get streams(): { open: number; dropped: number } {
    return { open: this.#readers.size, dropped: this.#dropped };
  }

  /** Whether a stream shows PDUs. */
  get showPdus(): boolean {
    return [...this.#readers.values()].some(({ pdus }) => pdus);
  }

  publish(type: Exclude<GatewayEvent["type"], "pdu">, at: number, data: unknown): void {
    const event = { type, at, data };
    this.#kept.push(event);
    if (this.#kept.length > 2 * KEPT) this.#kept = this.#kept.slice(-KEPT);
    if (this.#readers.size > 0) this.#send([...this.#readers.keys()], encode(event));
  }

  /** A PDU, to those who asked for them. They are many: who is too slow for them all misses some. */
  publishPdu(at: number, data: () => unknown): void {
    const readers = [...this.#readers].filter(([reader, { pdus }]) => pdus && (reader.desiredSize ?? 0) > BEHIND / 2).map(([reader]) => reader);
    if (readers.length > 0) this.#send(readers, encode({ type: "pdu", at, data: data() }));
  }

  /** Forgets what is kept for streams that come back. */
  clear(): void {
    this.#kept = [];
  }

  /** A comment, which keeps streams open that nothing happens on. */
  beat(): void {
    this.#send([...this.#readers.keys()], encoder.encode(":\n\n"));
  }

  /**
   * Events from now on, and before them those kept since `since`: that of this very time may be a repeat. With `pdus` also PDUs, and
   * these before them. Where too many streams are open, the one that is furthest behind breaks off, or the oldest: whether anybody reads
   * a stream is not always to be seen.
   */
  stream(since: number | undefined, pdus?: { at: number; data: unknown }[]): ReadableStream<Uint8Array> {
    if (this.#readers.size >= STREAMS) this.#drop(this.#furthestBehind());
    let own: ReadableStreamDefaultController<Uint8Array>;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        controller.enqueue(encoder.encode(":\n\n"));
        for (const { at, data } of pdus ?? []) controller.enqueue(encode({ type: "pdu", at, data }));
        for (const event of this.#kept) {
          if (since !== undefined && event.at >= since) controller.enqueue(encode(event));
        }
        this.#readers.set(controller, { pdus: pdus !== undefined, start: BEHIND - (controller.desiredSize ?? 0) });
      },
      cancel: () => {
        this.#readers.delete(own);
      },
    }, { highWaterMark: BEHIND, size: (chunk) => chunk!.byteLength });
  }

  #send(readers: ReadableStreamDefaultController<Uint8Array>[], octets: Uint8Array): void {
    for (const reader of readers) {
      try {
        reader.enqueue(octets);
        if ((reader.desiredSize ?? 0) + (this.#readers.get(reader)?.start ?? 0) > 0) continue;
        this.#drop(reader);
      } catch {
        this.#readers.delete(reader);
      }
    }
  }

  /** Unlike an end, an error frees at once what waits for the reader. */
  #drop(reader: ReadableStreamDefaultController<Uint8Array>): void {
    this.#readers.delete(reader);
    this.#dropped++;
    reader.error(new Error("The stream was not read"));
  }

  #furthestBehind(): ReadableStreamDefaultController<Uint8Array> {
    return [...this.#readers.keys()].reduce((one, other) => ((other.desiredSize ?? 0) < (one.desiredSize ?? 0) ? other : one));
  }
}

const encoder = new TextEncoder();

function encode(event: GatewayEvent): Uint8Array {
  return encoder.encode(`id: ${event.at}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`);
}
