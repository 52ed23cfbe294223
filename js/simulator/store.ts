import type { Address } from "../engine/types.ts";
import type { FaultName } from "./faults.ts";
import { states, type MessageStatus } from "../server/receipt.ts";

/** A message that was submitted, to one recipient, as the SMSC keeps it. */
export interface SimulatedMessage {
  /** As the response gave it; all recipients of a submit_multi share it. */
  readonly id: string;
  /** As the receipt gives it. */
  readonly receiptId: string;
  /** The account that submitted it. */
  readonly systemId: string;
  /** The PDU it came by: `"submit_sm"`, `"submit_multi"` or `"data_sm"`. */
  readonly command: string;
  /** service_type. */
  readonly serviceType: string;
  /** The sender. */
  readonly from: Address;
  /** The recipient. */
  readonly to: Address;
  /** Text of this segment; undefined if it is binary. */
  text: string | undefined;
  /** What short_message or message_payload held, user data header included. */
  octets: Uint8Array;
  /** data_coding. */
  readonly dataCoding: number;
  /** esm_class. */
  readonly esmClass: number;
  /** registered_delivery: which receipts were asked for. */
  registeredDelivery: number;
  /** What has become of it so far. */
  status: MessageStatus;
  /** The fault it met. */
  readonly fault: FaultName | undefined;
  /** Unix milliseconds. */
  readonly submittedAt: number;
  /** When it is to be sent. */
  scheduledAt: number;
  /** How long that may be tried. */
  expiresAt: number | undefined;
  /** When it came to its end. */
  doneAt: number | undefined;
}

/** Whether it has not come to its end. */
export function isPending(message: SimulatedMessage): boolean {
  return message.status === "scheduled" || message.status === "enroute";
}

/** message_state of a message (SMPP 5.0, 4.7.15). */
export function messageState(message: SimulatedMessage): number {
  return states[message.status].code;
}

/** Whether two addresses are the same, TON and NPI aside: peers repeat those carelessly. */
export function sameAddress(one: Address, other: Address): boolean {
  return one.addr === other.addr;
}

/** The messages of the SMSC, a bounded number: for a new one the oldest that has ended is forgotten. */
export class MessageStore {
  readonly #limit: number;
  readonly #messages = new Map<string, SimulatedMessage[]>();
  /** Identifiers of those that have ended, oldest first. */
  readonly #ended = new Set<string>();
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether there is room for `count` more. */
  hasRoom(count: number): boolean {
    for (const id of this.#ended) {
      if (this.#count + count <= this.#limit) break;
      this.#forget(id);
    }
    return this.#count + count <= this.#limit;
  }

  add(message: SimulatedMessage): void {
    const same = this.#messages.get(message.id);
    if (same) same.push(message);
    else this.#messages.set(message.id, [message]);
    this.#count++;
  }

  /** To be called when a message came to its end. */
  ended(message: SimulatedMessage): void {
    if (!this.get(message.id).some(isPending)) this.#ended.add(message.id);
  }

  /** All recipients' messages of one identifier; empty if it is not known. */
  get(id: string): readonly SimulatedMessage[] {
    return this.#messages.get(id) ?? [];
  }

  /** Oldest first. */
  *all(): Generator<SimulatedMessage> {
    for (const messages of this.#messages.values()) yield* messages;
  }

  #forget(id: string): void {
    this.#count -= this.get(id).length;
    this.#messages.delete(id);
    this.#ended.delete(id);
  }
}
