import { Act } from "#boundary";
import { decodePdus, type DecodedPdu } from "../engine/codec.ts";
import { Link } from "../engine/link.ts";
import type { TransportHandler, Transport } from "../engine/transport.ts";
import type {
  Address,
  BindRequest,
  BindType,
  CloseDetail,
  EngineConfig,
  EngineMessage,
  EngineStats,
  LinkSink,
  Outcome,
  PduInput,
} from "../engine/types.ts";
import { readAddress } from "../client/address.ts";
import type { SmppError } from "../client/errors.ts";
import { failure, refusal } from "../client/outcome.ts";
import type { SmsMessage } from "../client/types.ts";
import type { Joiner } from "./joiner.ts";
import { receiptPdu, type Receipt } from "./receipt.ts";
import type { Refused, RequestAnswer, ServerOptions } from "./sessions.ts";
import { Status } from "./status.ts";

/** What of an SMS an inbound message can have too. */
type Content = Pick<SmsMessage,
  "text" | "binary" | "encoding" | "language" | "concat" | "maxSegments" | "serviceType" | "protocolId" | "priority" | "udh" | "tlvs" | "reference">;

/** An inbound message, from a subscriber to the ESME. A long one is sent as several deliver_sm. */
export interface Delivery extends Content {
  /** The subscriber. TON and NPI of a string are inferred as `sendSms` does. */
  from: string | Address;
  /** The recipient: a number of the ESME. */
  to: string | Address;
}

/** esm_class: whether it is a receipt, an acknowledgement or a message (SMPP 5.0, 4.7.12). */
const MESSAGE_TYPE = 0x3c;

/** What was sent to the peer and waits for its responses. */
interface Pending {
  command: string;
  /** Responses still to come. */
  left: number;
  /** The response to a `request`. */
  frame: Uint8Array | undefined;
  failure: SmppError | undefined;
  resolve(frame: Uint8Array | undefined): void;
  reject(error: SmppError): void;
}

/** What the server does as its sessions come and go. */
export interface SessionEvents {
  sessionBound(session: Session): void;
  sessionClosed(session: Session): void;
  log(line: string): void;
  /** What joins the segments that an account submits. */
  joiner(systemId: string): Joiner;
}

/** One connection of an ESME. The application sees it from its accepted bind on. */
export class Session {
  /** The bind that was accepted. */
  bind!: BindRequest;
  /** What carries the octets. What is written to it goes beside the session's own PDUs: for tests of faults. */
  readonly transport: Transport;
  /** The peer's address and port. */
  readonly remoteAddress: string;
  /** Resolves when the connection has ended, with how. */
  readonly closed: Promise<CloseDetail>;

  readonly #options: ServerOptions;
  readonly #events: SessionEvents;
  /** Resolves when everything that was written has left. */
  readonly #ended: Promise<void> | undefined;
  readonly #link: Link;
  readonly #pending = new Map<number, Pending>();
  #lastTicket = 0;
  #state: "open" | "bound" | "closed" = "open";
  #resolveClosed!: (detail: CloseDetail) => void;

  /** @internal Sessions are made by `listen` and `accept`. */
  constructor(
    config: EngineConfig,
    options: ServerOptions,
    connection: { transport: Transport; remoteAddress: string; ended?: Promise<void> | undefined },
    events: SessionEvents,
  ) {
    this.#options = options;
    this.#events = events;
    this.transport = connection.transport;
    this.remoteAddress = connection.remoteAddress;
    this.#ended = connection.ended;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.#link = new Link(config, this.#sink());
  }

  /** @internal Starts; what comes in goes to the handler. */
  start(): TransportHandler {
    return this.#link.accept(this.transport);
  }

  /** The account. */
  get systemId(): string {
    return this.bind.systemId;
  }

  /** What it is bound for. */
  get bindType(): BindType {
    return this.bind.bind;
  }

  /** Whether its bind was let in, and it has not ended. */
  get isBound(): boolean {
    return this.#state === "bound";
  }

  /** Whether messages and receipts can be sent to it. */
  get receives(): boolean {
    return this.#state === "bound" && this.bindType !== "transmitter";
  }

  /**
   * Sends an inbound message. Resolves when every segment was acknowledged; rejects with an `SmppError` if one was
   * refused (ESME_RX_T_APPN: to be tried again), was not answered in time, or the session ended.
   */
  async deliver(delivery: Delivery): Promise<{ segments: number; encoding: string }> {
    const { from, to, text, binary, encoding = "auto", ...more } = delivery;
    const sms = { from: address(from, "from"), to: address(to, "to"), text, binary, encoding, registeredDelivery: 0, more };
    let sent = { segments: 1, encoding };
    await this.#send("deliver_sm", (ticket) => {
      sent = { ...this.#link.sendSms(ticket, sms) };
      return sent.segments;
    });
    return sent;
  }

  /** Sends a delivery receipt. Resolves and rejects as `deliver` does. */
  async report(receipt: Receipt): Promise<void> {
    await this.#request(receiptPdu(receipt));
  }

  /** Sends any request. Resolves with the response if its status is 0, else rejects with an `SmppError`. */
  async request(pdu: PduInput): Promise<DecodedPdu> {
    const frame = await this.#request(pdu);
    return decodePdus(frame!).pdus[0]!;
  }

  /** Counters of the session. */
  stats(): EngineStats {
    return this.#link.stats();
  }

  /** Sends what is queued, unbinds and closes. Resolves when the connection has ended. */
  async close(): Promise<void> {
    this.#link.close();
    await this.closed;
  }

  /** Asks the peer whether it is alive, by an enquire_link that no window holds up. */
  enquire(): void {
    this.#link.act(Act.Enquire);
  }

  /** Ends the connection at once, with no unbind. */
  destroy(): void {
    this.#link.destroy();
  }

  #request(pdu: PduInput): Promise<Uint8Array | undefined> {
    return this.#send(String(pdu.command), (ticket) => {
      this.#link.request(ticket, pdu);
      return 1;
    });
  }

  /** Has `start` hand something to the engine, in so many PDUs, and waits for the responses to all of them. */
  #send(command: string, start: (ticket: number) => number): Promise<Uint8Array | undefined> {
    const ticket = ++this.#lastTicket;
    let left: number;
    try {
      left = start(ticket);
    } catch (error) {
      return Promise.reject(refusal(error, command));
    }
    return new Promise((resolve, reject) => {
      this.#pending.set(ticket, { command, left, frame: undefined, failure: undefined, resolve, reject });
    });
  }

  #settled(ticket: number, outcome: Outcome, status: number, frame: Uint8Array | undefined, info: string | undefined): void {
    const pending = this.#pending.get(ticket);
    if (!pending) return;
    pending.frame = frame;
    pending.failure ??= failure(outcome, status, pending.command, undefined, undefined, info);
    if (--pending.left > 0) return;
    this.#pending.delete(ticket);
    if (pending.failure) pending.reject(pending.failure);
    else pending.resolve(pending.frame);
  }

  #sink(): LinkSink {
    return {
      state: () => {},
      log: (line) => this.#events.log(line),
      bindRequest: (bind, request) => void this.#authenticate(bind, request),
      bound: () => {
        this.#state = "bound";
        this.#events.sessionBound(this);
      },
      message: (message, request) => void this.#submitted(message, request),
      request: (frame, request) => {
        if (request !== 0) void this.#requested(frame, request);
      },
      // Receipts go from an SMSC to an ESME only.
      report: (_report, request) => void this.#link.respond(request, Status.ESME_RINVCMDID),
      settled: (ticket, _index, outcome, status, _id, _key, frame, info) => this.#settled(ticket, outcome, status, frame, info),
      closed: (detail) => {
        this.#state = "closed";
        this.#events.sessionClosed(this);
        if (this.#ended === undefined) this.#resolveClosed(detail);
        else void this.#ended.then(() => this.#resolveClosed(detail));
      },
    };
  }

  /** Anything but a clear yes refuses the bind. */
  async #authenticate(bind: BindRequest, request: number): Promise<void> {
    this.bind = bind;
    await this.#answer(request, async () => {
      const verdict = await this.#options.authenticate(bind, this);
      if (verdict === true) return Status.ESME_ROK;
      return isRefused(verdict) ? refused(verdict) : typeof verdict === "number" ? verdict : Status.ESME_RBINDFAIL;
    });
  }

  async #submitted(message: EngineMessage, request: number): Promise<void> {
    await this.#answer(request, async () => {
      if (!this.#options.onSubmit) return Status.ESME_RINVCMDID;
      const segment = this.#options.reassemble === true && message.concat !== undefined && (message.esmClass & MESSAGE_TYPE) === 0;
      const whole = segment ? this.#events.joiner(this.systemId).add(message) : { message, segmentIds: [] };
      if (!("message" in whole)) return { message_id: whole.messageId };
      const answer = await this.#options.onSubmit(whole.message, this, whole.segmentIds);
      if (typeof answer === "number") return answer;
      if (isRefused(answer)) return refused(answer);
      if ("taken" in whole) whole.taken();
      const { messageId, tlvs } = answer;
      return { message_id: messageId, tlvs };
    });
  }

  async #requested(frame: Uint8Array, request: number): Promise<void> {
    await this.#answer(request, async () => {
      if (!this.#options.onRequest) return Status.ESME_RINVCMDID;
      return this.#options.onRequest(decodePdus(frame).pdus[0]!, this);
    });
  }

  /** Answers with what the application says; with ESME_RSYSERR if it throws or what it says can't be written. */
  async #answer(request: number, ask: () => Promise<RequestAnswer>): Promise<void> {
    try {
      const answer = await ask();
      if (typeof answer === "number") return void this.#link.respond(request, answer);
      const { status = Status.ESME_ROK, ...fields } = answer;
      this.#link.respond(request, status, fields);
    } catch (error) {
      this.#events.log(`${this.remoteAddress} a request could not be served: ${String(error)}`);
      this.#link.respond(request, Status.ESME_RSYSERR);
    }
  }
}

function isRefused(answer: unknown): answer is Refused {
  return typeof answer === "object" && answer !== null && "status" in answer;
}

function refused({ status, text }: Refused): RequestAnswer {
  return { status, tlvs: { additional_status_info_text: text.slice(0, 255) } };
}

function address(input: string | Address, field: string): Address {
  const read = { ton: 0, npi: 0, addr: "" };
  readAddress(input, read, field);
  return read;
}
