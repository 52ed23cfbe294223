import { decodePdus, type DecodedPdu } from "../engine/codec.ts";
import type { Address, EngineMessage } from "../engine/types.ts";
import type { RequestAnswer, SubmitAnswer } from "../server/sessions.ts";
import type { MessageStatus, ReceiptFormat } from "../server/receipt.ts";
import type { Session } from "../server/session.ts";
import { Status } from "../server/status.ts";
import { Faults, type FaultName, type FaultRule } from "./faults.ts";
import { Misbehaviour } from "./misbehaviour.ts";
import { cancel, query, replace, submitMulti } from "./operations.ts";
import { Outbox, type Send } from "./outbox.ts";
import { isPending, MessageStore, sameAddress, type SimulatedMessage } from "./store.ts";
import { address, integer, payload, text, times, type Times } from "../server/submission.ts";

export interface SimulatedSmscOptions {
  delay: number;
  outcome: Exclude<MessageStatus, "scheduled">;
  receiptFormat: ReceiptFormat;
  hexIds: boolean;
  faults: readonly FaultRule[];
  late: number;
  maxMessages: number;
  retryDelay: number;
  /** The bound sessions. */
  sessions(): Iterable<Session>;
  log(line: string): void;
}

/** Ends that a fault asks for. */
const ENDS: Partial<Record<FaultName, Exclude<MessageStatus, "scheduled">>> = {
  undeliverable: "undeliverable",
  expired: "expired",
  rejected: "rejected",
  deleted: "deleted",
  unknown: "unknown",
  "no-receipt": "enroute",
};

/** The longest time a timer takes. */
const MAX_TIMER = 2 ** 31 - 1;

/** The bit of registered_delivery that asks for them. */
const INTERMEDIATE_NOTIFICATION = 0x10;

/** Texts that a receipt repeats. */
const ASCII = /^[ -~]*$/;

/** An identifier as the two places write it. */
export interface MessageId {
  inResponse: string;
  inReceipt: string;
}

/** A submission that was accepted, to one recipient. */
export interface Accepted {
  pdu: DecodedPdu;
  session: Session;
  id: MessageId;
  to: Address;
  text: string | undefined;
  when: Times;
  fault: FaultName | undefined;
}

/** The simulated SMSC: takes messages, gives each its outcome, and sends the receipts that were asked for. */
export class SimulatedSmsc {
  readonly store: MessageStore;
  readonly faults: Faults;
  readonly #options: SimulatedSmscOptions;
  readonly #misbehaviour: Misbehaviour;
  readonly #outboxes = new Map<string, Outbox>();
  readonly #timers = new Map<SimulatedMessage, NodeJS.Timeout>();
  /** So that identifiers differ from those of an earlier run too. */
  #lastId = Date.now() * 1_000;

  constructor(options: SimulatedSmscOptions) {
    this.#options = options;
    this.store = new MessageStore(options.maxMessages);
    this.faults = new Faults(options.faults);
    this.#misbehaviour = new Misbehaviour(options.late, (id) => this.#endNow(id));
  }

  /** A session was bound: what waits for its account is sent. */
  bound(session: Session): void {
    if (session.receives) this.#outbox(session.systemId).flush();
  }

  /** Answers submit_sm and data_sm. */
  submit(message: EngineMessage, session: Session): SubmitAnswer | Promise<SubmitAnswer> {
    const fault = this.faults.choose(message.to.addr);
    const refusal = this.faults.refusal(fault, message.to.addr);
    if (refusal !== undefined) return refusal;
    if (fault === "nack") return this.#misbehaviour.nack(message, session);

    const pdu = decodePdus(message.frames[0]!).pdus[0]!;
    const when = times(pdu, Date.now());
    if (typeof when === "number") return when;
    if (!this.store.hasRoom(1)) return Status.ESME_RMSGQFUL;
    if (integer(pdu, "replace_if_present_flag") === 1) this.#giveWay(session.systemId, pdu);
    const id = this.newId(session, fault);
    this.accept({ pdu, session, id, to: message.to, text: message.text, when, fault });
    return this.#misbehaviour.answer(fault, message, session, id.inResponse);
  }

  /** Answers every other request. */
  request(pdu: DecodedPdu, session: Session): RequestAnswer {
    switch (pdu.command) {
      case "submit_multi":
        return submitMulti(this, pdu, session);
      case "query_sm":
        return query(this, pdu, session);
      case "cancel_sm":
        return cancel(this, pdu, session);
      case "replace_sm":
        return replace(this, pdu, session);
      default:
        return Status.ESME_RINVCMDID;
    }
  }

  /** Sends something to an account, now or when it is bound. A receipt is `lasting`: it is never given up. */
  send(systemId: string, send: Send, lasting = false): Promise<void> {
    return this.#outbox(systemId).add(send, lasting);
  }

  /** Stops all timers and gives up what waits. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const outbox of this.#outboxes.values()) outbox.close();
  }

  /** A new identifier; 8 characters for a 3.3 session, which takes no more. */
  newId(session: Session, fault: FaultName | undefined): MessageId {
    const id = ++this.#lastId;
    if (session.bind.version < 0x34) {
      const short = (id % 2 ** 32).toString(16).padStart(8, "0");
      return { inResponse: short, inReceipt: short };
    }
    const decimal = String(id);
    const hex = this.#options.hexIds || fault === "hex-id";
    return { inResponse: hex ? id.toString(16) : decimal, inReceipt: decimal };
  }

  /** Keeps a message and starts its life. */
  accept({ pdu, session, id, to, text: words, when, fault }: Accepted): void {
    const message: SimulatedMessage = {
      id: id.inResponse,
      receiptId: id.inReceipt,
      systemId: session.systemId,
      command: pdu.command,
      serviceType: text(pdu, "service_type"),
      from: address(pdu, "source"),
      to,
      text: words,
      octets: payload(pdu),
      dataCoding: integer(pdu, "data_coding"),
      esmClass: integer(pdu, "esm_class"),
      registeredDelivery: integer(pdu, "registered_delivery"),
      status: "enroute",
      fault,
      submittedAt: Date.now(),
      scheduledAt: when.scheduledAt,
      expiresAt: when.expiresAt,
      doneAt: undefined,
    };
    this.store.add(message);
    this.start(message);
  }

  /** Leads a pending message to its end, from the start. */
  start(message: SimulatedMessage): void {
    const now = Date.now();
    const wait = message.scheduledAt - now;
    const life = (message.expiresAt ?? Infinity) - now;
    if (wait > 0) {
      message.status = "scheduled";
      this.#after(message, Math.min(wait, life), () => {
        if (life <= wait) void this.end(message, "expired");
        else this.start(message);
      });
      return;
    }
    message.status = "enroute";
    if (message.registeredDelivery & INTERMEDIATE_NOTIFICATION) void this.#report(message, "enroute");
    const outcome = this.#outcome(message);
    const delay = outcome === "enroute" ? Infinity : this.#options.delay;
    if (life < delay) this.#after(message, life, () => void this.end(message, "expired"));
    else this.#after(message, delay, () => void this.end(message, outcome));
  }

  /** Brings a pending message to its end. Resolves when the receipts that were asked for were acknowledged, or given up. */
  async end(message: SimulatedMessage, status: MessageStatus): Promise<void> {
    this.#clearTimer(message);
    message.status = status;
    message.doneAt = Date.now();
    const asked = isAsked(message.registeredDelivery, status) || message.fault === "early-receipt";
    const copies = message.fault === "twice-receipt" ? 2 : 1;
    if (asked) await Promise.all(Array.from({ length: copies }, () => this.#report(message, status)));
    // Until its receipt was taken the message keeps its place: no more are taken than can be reported.
    this.store.ended(message);
  }

  /** early-receipt: the end comes at once. */
  async #endNow(id: string): Promise<void> {
    for (const message of this.store.get(id)) {
      const outcome = this.#outcome(message);
      if (isPending(message)) await this.end(message, outcome === "enroute" ? "delivered" : outcome);
    }
  }

  #outcome(message: SimulatedMessage): Exclude<MessageStatus, "scheduled"> {
    return (message.fault && ENDS[message.fault]) ?? this.#options.outcome;
  }

  /** Sends a receipt, or with status enroute an intermediate notification. */
  async #report(message: SimulatedMessage, status: MessageStatus): Promise<void> {
    const failed = status !== "delivered" && status !== "enroute";
    try {
      await this.send(message.systemId, (session) =>
        session.report({
          messageId: message.receiptId,
          status,
          from: message.to,
          to: message.from,
          submittedAt: message.submittedAt,
          doneAt: message.doneAt ?? Date.now(),
          errorCode: failed ? "001" : "000",
          text: ASCII.test(message.text ?? "") ? new TextEncoder().encode(message.text) : undefined,
          format: this.#options.receiptFormat,
          intermediate: status === "enroute",
        }),
        true,
      );
    } catch (error) {
      this.#options.log(`receipt of ${message.id} not delivered: ${String(error)}`);
    }
  }

  /** replace_if_present_flag: a pending message of the same addresses and service_type gives way. */
  #giveWay(systemId: string, pdu: DecodedPdu): void {
    const [from, to, serviceType] = [address(pdu, "source"), address(pdu, "dest"), text(pdu, "service_type")];
    for (const message of this.store.all()) {
      if (!isPending(message) || message.systemId !== systemId || message.serviceType !== serviceType) continue;
      if (!sameAddress(message.from, from) || !sameAddress(message.to, to)) continue;
      message.registeredDelivery = 0;
      void this.end(message, "deleted");
    }
  }

  #outbox(systemId: string): Outbox {
    let outbox = this.#outboxes.get(systemId);
    if (!outbox) {
      const { maxMessages, retryDelay } = this.#options;
      const receiving = () =>
        [...this.#options.sessions()].filter((session) => session.systemId === systemId && session.receives);
      outbox = new Outbox(receiving, maxMessages, retryDelay);
      this.#outboxes.set(systemId, outbox);
    }
    return outbox;
  }

  /** Sets the timer of a message; for no time at all it has none. */
  #after(message: SimulatedMessage, ms: number, then: () => void): void {
    this.#clearTimer(message);
    if (ms === Infinity) return;
    const timer = setTimeout(then, Math.min(ms, MAX_TIMER));
    this.#timers.set(message, timer);
  }

  #clearTimer(message: SimulatedMessage): void {
    clearTimeout(this.#timers.get(message));
    this.#timers.delete(message);
  }
}

/** Whether registered_delivery asks for a receipt of this end (SMPP 5.0, 4.7.21). */
function isAsked(registeredDelivery: number, status: MessageStatus): boolean {
  if (status === "enroute") return false;
  switch (registeredDelivery & 3) {
    case 1:
      return true;
    case 2:
      return status !== "delivered" && status !== "accepted";
    case 3:
      return status === "delivered";
    default:
      return false;
  }
}
