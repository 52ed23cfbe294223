import { SmppError, ThrottledError, type Response, type SmppClient, type SmsMessage } from "../../client/index.ts";
import { timeOf } from "../model/ids.ts";
import { toSms } from "../model/input.ts";
import type { MessageError } from "../model/views.ts";
import type { Answer } from "./applications.ts";
import { extensions } from "./extensions.ts";
import type { AcceptedMessage, AnsweredPart, DueMessage, MessageQueue } from "./store/queue.ts";

/** How long a message without a validity is tried again when the SMSC is too busy for it. */
const PATIENCE = 86_400_000;
const LONGEST_WAIT = 60_000;
/** Seconds' worth of a limited rate that is given to the client at a time: only what it is given can be in doubt. */
const AHEAD = 0.02;
/** How often the rate in force is looked at, in milliseconds. */
const RATE_EVERY = 50;
/** A long message that the client has not written after this long, in turns of the rate and milliseconds, waits for its recipient: others go on. */
const TURNS = 2;
const HELD_BACK = 1_000;
/**
 * Milliseconds in which messages that come one by one are gathered once the queue was emptied: they share a write, the answers to it, and what
 * is stored of both.
 */
const GATHER = 5;
/** Milliseconds for which the check of opt-outs when a message was accepted is good enough. */
const CHECKED = 1_000;
/** Messages that are checked in one go: one by one, many that end would keep the object from answering. */
const CHECKED_AT_ONCE = 200;
/** Until the check is tried again that failed. */
const CHECK_AGAIN = 5_000;
const HEADER = 16;
const SUBMIT_SM = 4;

const OPTED_OUT: MessageError = { reason: "opted-out", detail: "The recipient has opted out" };

/** What the client is made of here. */
type Client = Pick<SmppClient, "sendSms" | "request" | "stats">;

/** What a message turned out to be whose outcome was unknown: `late` of the client's error. */
interface LateAnswer {
  outcome: "accepted" | "rejected" | "reported" | "unknown";
  sent?: Answer;
  /** The answer to a PDU that was sent as it came. */
  response?: Response;
  error?: SmppError;
}

export interface SenderParts {
  queue: MessageQueue;
  /** Segments that may be without an answer at a time. */
  window: number;
  /** The SMSC's id in an answer, in the form that reports are compared by. */
  keyOf: (messageId: string) => string;
  /** Gets the keys of what was accepted. */
  accepted: (keys: string[], now: number) => void;
  /** With opt-outs: of messages, those whose recipients have opted out of them. */
  optedOut?: ((messages: DueMessage[]) => Promise<Set<DueMessage>>) | undefined;
  /** Called when nothing more is due for now. */
  idle: () => void;
}

/**
 * Gives due messages to the client, never more than the window has room for and its rate allows. A message is in doubt from the write that
 * may hold it: the store has that before the write, in the same turn, and the object's output gate holds the bytes until it is durable.
 */
export class Sender {
  readonly #parts: SenderParts;
  #client: Client | undefined;
  /** Segments given to the client that are without an answer. */
  #inFlight = 0;
  /** Given to the client, and none of it written yet: with the time. */
  readonly #given = new Map<number, { message: DueMessage; at: number }>();
  /** Numbers of unanswered messages of those sent in the order of acceptance, ascending. */
  readonly #inOrder = new Set<number>();
  /** All that the client has. */
  readonly #flights = new Set<number>();
  /** Accepted in this turn, and yet to be stored. */
  #accepted: AcceptedMessage[] = [];
  /** Up to here messages were given to the client, or are not to be sent in this order. */
  #next: number;
  #scheduled = false;
  /** When the next messages may be given to the client. */
  #notBefore = 0;
  /** Messages are being checked for opt-outs: those behind them wait. */
  #checking = false;
  /** When the last ones were checked that have not opted out, by their numbers. */
  #checked = new Map<number, number>();
  #draining: (() => void) | undefined;
  #rate: number | undefined;
  #rateAt = 0;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#next = parts.queue.sent;
  }

  start(client: Client): void {
    this.#client = client;
    this.#rateAt = 0;
    this.#notBefore = 0;
    this.kick();
  }

  stop(): void {
    this.#client = undefined;
  }

  /** Whether the client has the message. */
  has(n: number): boolean {
    return this.#flights.has(n);
  }

  /** Starts no more messages, for good; resolves when all that the client has are answered. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#draining = resolve;
      if (this.#flights.size === 0) resolve();
    });
  }

  /** There may be something to send. Calls in one turn, or while messages are gathered, do the work once. */
  kick(): void {
    if (this.#scheduled || !this.#client) return;
    this.#scheduled = true;
    const run = () => {
      this.#scheduled = false;
      this.#run();
    };
    // The clock may have been set back.
    const wait = Math.min(GATHER, this.#notBefore - Date.now());
    if (wait > 0) setTimeout(run, wait);
    else queueMicrotask(run);
  }

  /** To be called with what the client writes, before it does. */
  beforeWrite(octets: Uint8Array, now: number): void {
    if (this.#given.size === 0 || !hasSubmit(octets)) return;
    // Which of them it holds is not known: each may be in it.
    const messages = Array.from(this.#given.values(), ({ message }) => message);
    this.#given.clear();
    const [first = this.#next + 1] = this.#inOrder;
    this.#parts.queue.markSent(messages, first - 1, now);
    this.kick();
  }

  #run(): void {
    const client = this.#client;
    if (!client || this.#draining || this.#checking) return;
    const now = Date.now();
    const room = this.#room(client, now);
    if (room <= 0) return;
    const messages = this.#takeNext(room, now);
    const { optedOut } = this.#parts;
    if (optedOut && messages.some((message) => this.#isUnchecked(message, now))) {
      this.#rewind(messages);
      void this.#check(client, this.#takeNext(Math.max(room, CHECKED_AT_ONCE), now), optedOut);
    } else if (this.#sendAll(client, messages, now)) {
      if (messages.length >= room) return;
      if (messages.length > 0) this.#notBefore = now + GATHER;
      this.#parts.idle();
    }
  }

  /** The messages that are due now, and those next in the order of acceptance, that the client has not. */
  #takeNext(count: number, now: number): DueMessage[] {
    const { queue } = this.#parts;
    const messages = queue.due(now, count).filter(({ n }) => !this.#flights.has(n));
    if (messages.length >= count) return messages;
    const { messages: fresh, next } = queue.fresh(this.#next, count - messages.length);
    this.#next = next;
    return [...messages, ...fresh.filter(({ n }) => !this.#flights.has(n))];
  }

  /** Whether the recipient may have opted out since that was looked at. Of a message that moved here the id has the time of its acceptance. */
  #isUnchecked({ id, n }: DueMessage, now: number): boolean {
    return Math.max(timeOf(id), this.#checked.get(n) ?? 0) < now - CHECKED;
  }

  /** False where the window was full before all were sent. */
  #sendAll(client: Client, messages: DueMessage[], now: number): boolean {
    for (const [i, message] of messages.entries()) {
      if (this.#inFlight >= this.#parts.window) {
        this.#rewind(messages.slice(i));
        return false;
      }
      this.#send(client, message, now);
    }
    return true;
  }

  /** Sends messages but for those whose recipients have opted out since they were accepted. */
  async #check(client: Client, messages: DueMessage[], optedOut: NonNullable<SenderParts["optedOut"]>): Promise<void> {
    this.#checking = true;
    for (const { n } of messages) this.#flights.add(n);
    let blocked: Set<DueMessage> | undefined;
    try {
      blocked = await optedOut(messages);
    } catch (error) {
      console.error(JSON.stringify({ event: "opt-outs", detail: String(error) }));
    }
    for (const { n } of messages) this.#flights.delete(n);
    const now = Date.now();
    // What is not known to be allowed is not sent.
    if (blocked && this.#client === client && !this.#draining) {
      for (const message of blocked) this.#parts.queue.end(message, "failed", now, OPTED_OUT);
      const left = messages.filter((message) => !blocked.has(message));
      this.#checked = new Map(left.map(({ n }) => [n, now]));
      const room = Math.max(0, this.#room(client, now));
      this.#rewind(left.slice(room));
      this.#sendAll(client, left.slice(0, room), now);
    } else this.#rewind(messages);
    if (!blocked) await scheduler.wait(CHECK_AGAIN);
    this.#checking = false;
    if (this.#flights.size === 0) this.#draining?.();
    this.kick();
  }

  /** How many messages may be given to the client now. Where there is a rate, few: what it can't write yet would be in doubt with the rest. */
  #room(client: Client, now: number): number {
    if (now >= this.#rateAt) {
      this.#rate = client.stats().rate;
      this.#rateAt = now + RATE_EVERY;
    }
    const room = this.#parts.window - this.#inFlight;
    if (this.#rate === undefined) return room;
    const since = now - Math.max(HELD_BACK, (TURNS * 1000) / this.#rate);
    let unwritten = 0;
    for (const { message, at } of this.#given.values()) if (message.segments === 1 || at > since) unwritten++;
    return Math.min(room, Math.max(1, Math.floor(this.#rate * AHEAD)) - unwritten);
  }

  #send(client: Client, message: DueMessage, now: number): void {
    if (message.expires !== null && message.expires <= now) {
      this.#parts.queue.endExpired(message, now);
      return;
    }
    this.#flights.add(message.n);
    if (!message.held) this.#inOrder.add(message.n);
    this.#given.set(message.n, { message, at: now });
    this.#inFlight += message.segments;
    this.#submit(client, message, now).then((sent) => this.#answered(message, sent), (error: unknown) => this.#endAfter([message], () => this.#failed(message, error)));
  }

  #submit(client: Client, { input, expires }: DueMessage, now: number): Promise<Answer> {
    // Without applications it is left from when there were some.
    if (input.pdu !== undefined) return extensions.applications?.submit(client, input) ?? Promise.reject(new SmppError("No applications", { code: "unsupported", outcome: "not-sent" }));
    const sms: SmsMessage = toSms(input);
    if (expires !== null) sms.validity = Math.ceil((expires - now) / 1000);
    return client.sendSms(sms);
  }

  /** Stores what became of messages; then they are the client's no more, whether that worked or not. */
  #endAfter(messages: DueMessage[], store: () => void): void {
    try {
      store();
    } finally {
      for (const message of messages) this.#ended(message);
    }
  }

  #ended({ n, segments }: DueMessage): void {
    this.#inFlight -= segments;
    this.#flights.delete(n);
    this.#inOrder.delete(n);
    this.#given.delete(n);
    if (this.#flights.size === 0) this.#draining?.();
    this.kick();
  }

  #answered(message: DueMessage, sent: Answer): void {
    const parts = this.#partsOf(sent);
    if (sent.status !== "accepted") {
      this.#endAfter([message], () => this.#acceptedInPart(message, sent, parts));
      return;
    }
    // The answers that came with this one settle in the same turn, before that runs.
    if (this.#accepted.push({ message, parts }) === 1) queueMicrotask(() => this.storeAnswers());
  }

  /** Stores what the SMSC accepted in this turn. */
  storeAnswers(): void {
    const accepted = this.#accepted;
    if (accepted.length === 0) return;
    this.#accepted = [];
    const now = Date.now();
    this.#endAfter(accepted.map(({ message }) => message), () => {
      this.#parts.queue.accepted(accepted, now);
      this.#parts.accepted(accepted.flatMap(({ parts }) => keysOf(parts)), now);
    });
  }

  #acceptedInPart(message: DueMessage, sent: Answer, parts: AnsweredPart[]): void {
    const now = Date.now();
    const status = parts.some((part) => part.status === "unknown") ? "unknown" : "failed";
    const cause = sent.segments.find((segment) => segment.error)?.error;
    const detail = `Only a part of it was accepted${cause ? `: ${cause.message}` : ""}`;
    this.#parts.queue.answered(message, status, parts, now, { ...reason(cause), detail });
    if (status === "unknown") this.#awaitLate(message, sent.segments.find((segment) => segment.status === "unknown")?.error);
    this.#parts.accepted(keysOf(parts), now);
  }

  #partsOf(sent: Answer): AnsweredPart[] {
    return sent.segments.map(({ index, messageId, status }) => ({ index, messageId, status, key: messageId && this.#parts.keyOf(messageId) }));
  }

  #failed(message: DueMessage, error: unknown): void {
    const { queue } = this.#parts;
    const now = Date.now();
    const why = reason(error);
    // The client pauses, and goes on at another rate.
    if (error instanceof ThrottledError) this.#rateAt = 0;
    if (!(error instanceof SmppError) || error.outcome === "unknown") {
      queue.end(message, "unknown", now, why);
      this.#awaitLate(message, error);
    }
    else if (error.outcome === "not-sent" && isLinkLoss(error)) this.#putBack(message, now);
    else if (!error.retryable) queue.end(message, "failed", now, why);
    else if (now + 1 >= (message.expires ?? message.created + PATIENCE)) queue.endExpired(message, now, why);
    else queue.requeue(message, now + Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(message.attempts, 6)), now, why);
  }

  /** An answer may still come to a message that was given up as unknown: it says what became of it. */
  #awaitLate(message: DueMessage, error: unknown): void {
    const { late } = Object(error) as { late?: Promise<LateAnswer> };
    late?.then(({ outcome, response, sent = response && extensions.applications?.answerOf(response), error: refusal }) => {
      const now = Date.now();
      if (outcome === "rejected") this.#parts.queue.answeredLate(message, "failed", [], now, reason(refusal));
      if (outcome !== "accepted" || !sent) return;
      const parts = this.#partsOf(sent);
      if (parts.some(({ status }) => status === "unknown")) return;
      const refused = sent.segments.find((segment) => segment.error)?.error;
      const known = this.#parts.queue.answeredLate(message, refused ? "failed" : "accepted", parts, now, refused && reason(refused));
      if (known) this.#parts.accepted(keysOf(parts), now);
    }, () => {});
  }

  /** What the link's loss kept from leaving is sent by the next one. */
  #putBack(message: DueMessage, now: number): void {
    this.#notBefore = 0;
    if (this.#given.has(message.n)) this.#rewind([message]);
    else this.#parts.queue.requeue(message, message.due, now);
  }

  /** Messages that were taken and not sent: those of the order of acceptance come again by it, others are still in `waiting`. */
  #rewind(messages: DueMessage[]): void {
    for (const { n, held } of messages) if (!held) this.#next = Math.min(this.#next, n - 1);
  }
}

function keysOf(parts: AnsweredPart[]): string[] {
  return parts.map(({ key }) => key).filter((key) => key !== "");
}

/** Whether there is a submit_sm among whole PDUs. */
function hasSubmit(octets: Uint8Array): boolean {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  for (let at = 0; at + HEADER <= octets.length; at += Math.max(HEADER, view.getUint32(at))) {
    if (view.getUint32(at + 4) === SUBMIT_SM) return true;
  }
  return false;
}

function isLinkLoss(error: SmppError): boolean {
  return ["connection-lost", "connection-failed", "closed", "unbound", "aborted"].includes(String(error.code));
}

/** What is shown of an error: its text, and the SMSC's status. */
function reason(error: unknown): MessageError {
  const detail = error instanceof Error ? error.message : String(error);
  if (!(error instanceof SmppError) || typeof error.code !== "number") return { detail };
  return { detail, smpp: { code: error.code, name: error.name } };
}
