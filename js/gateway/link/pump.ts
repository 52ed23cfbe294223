import { SmppError, type Sent, type SmppClient, type SmsMessage } from "../../client/index.ts";
import { toSms } from "../model/input.ts";
import type { MessageError } from "../model/views.ts";
import type { DueMessage, Outbox } from "./outbox.ts";

/** How long a message without a validity is tried again when the SMSC is too busy for it. */
const PATIENCE = 86_400_000;
const LONGEST_WAIT = 60_000;

/** Moves due messages from the outbox to the SMSC, never more than the window has room for: only those can be in doubt. */
export class Pump {
  readonly #outbox: Outbox;
  readonly #window: number;
  readonly #keyOf: (messageId: string) => string;
  readonly #answered: (keys: string[]) => void;
  readonly #idle: () => void;
  #client: SmppClient | undefined;
  #inFlight = 0;
  #scheduled = false;

  /**
   * `keyOf` makes an id comparable with those in reports; `answered` gets the keys of what was accepted; `idle` is called when nothing
   * more is due for now.
   */
  constructor(outbox: Outbox, window: number, keyOf: (messageId: string) => string, answered: (keys: string[]) => void, idle: () => void) {
    this.#outbox = outbox;
    this.#window = window;
    this.#keyOf = keyOf;
    this.#answered = answered;
    this.#idle = idle;
  }

  start(client: SmppClient): void {
    this.#client = client;
    this.kick();
  }

  stop(): void {
    this.#client = undefined;
  }

  /** There may be something to send. Calls in one turn do the work once. */
  kick(): void {
    if (this.#scheduled || !this.#client) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#run();
    });
  }

  #run(): void {
    const room = this.#window - this.#inFlight;
    if (!this.#client || room <= 0) return;
    const now = Date.now();
    const due = this.#outbox.due(now, room);
    for (const message of due) {
      if (this.#inFlight >= this.#window) return;
      this.#send(this.#client, message, now);
    }
    if (due.length < room) this.#idle();
  }

  /** The row and the octets leave in one turn: the output gate holds the octets back until the row is durable. */
  #send(client: SmppClient, message: DueMessage, now: number): void {
    if (message.expires !== null && message.expires <= now) {
      this.#outbox.end(message.id, "expired", now, { detail: "Its validity ended before it could be sent" });
      return;
    }
    const sms: SmsMessage = toSms(message.input);
    if (message.expires !== null) sms.validity = Math.ceil((message.expires - now) / 1000);
    this.#outbox.markSent(message.id, now);
    this.#inFlight += message.segments;
    client.sendSms(sms)
      .then((sent) => this.#sent(message, sent), (error: unknown) => this.#failed(message, error))
      .finally(() => {
        this.#inFlight -= message.segments;
        this.kick();
      });
  }

  #sent(message: DueMessage, sent: Sent): void {
    const parts = sent.segments.map(({ index, messageId, status }) => ({ index, messageId, status, key: messageId && this.#keyOf(messageId) }));
    if (sent.status === "accepted") {
      this.#outbox.answered(message.id, "accepted", parts, Date.now());
      this.#answered(parts.map(({ key }) => key));
      return;
    }
    const status = sent.segments.some((segment) => segment.status === "unknown") ? "unknown" : "failed";
    const cause = sent.segments.find((segment) => segment.error)?.error;
    const detail = `Only a part of it was accepted${cause ? `: ${cause.message}` : ""}`;
    this.#outbox.answered(message.id, status, parts, Date.now(), { ...reason(cause), detail });
    this.#answered(parts.map(({ key }) => key).filter((key) => key !== ""));
  }

  #failed(message: DueMessage, error: unknown): void {
    const now = Date.now();
    const why = reason(error);
    if (!(error instanceof SmppError) || error.outcome === "unknown") this.#outbox.end(message.id, "unknown", now, why);
    else if (error.outcome === "not-sent" && isLinkLoss(error)) this.#outbox.requeue(message.id, message.due, now);
    else if (error.retryable && now < (message.expires ?? message.created + PATIENCE)) {
      this.#outbox.requeue(message.id, now + Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(message.attempts, 6)), now, why);
    } else this.#outbox.end(message.id, "failed", now, why);
  }
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
