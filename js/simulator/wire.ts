import type { Transport } from "../engine/transport.ts";

/** Octets that may wait in a connection that gets them one by one. */
const MAX_WAITING = 1 << 20;

/** A connection that can be made to misbehave. */
export class FaultyTransport implements Transport {
  readonly #inner: Transport;
  #mode: "plain" | "split" | "silent" = "plain";
  #waiting: Uint8Array[] = [];
  #waitingOctets = 0;
  #closing = false;

  constructor(inner: Transport) {
    this.#inner = inner;
  }

  write(octets: Uint8Array): boolean {
    if (this.#mode === "silent") return true;
    if (this.#mode === "plain") return this.#inner.write(octets);
    this.#waiting.push(octets.slice());
    this.#waitingOctets += octets.length;
    if (this.#waitingOctets > MAX_WAITING) this.destroy();
    else if (this.#waiting.length === 1) this.#writeOctet(0);
    return true;
  }

  close(): void {
    this.#closing = true;
    if (this.#waiting.length === 0) this.#inner.close();
  }

  destroy(): void {
    this.#waiting = [];
    this.#inner.destroy();
  }

  /** From here on every octet is a write of its own. */
  split(): void {
    this.#mode = "split";
  }

  /** From here on nothing is written. */
  silence(): void {
    this.#mode = "silent";
  }

  /** Writes these octets as the last ones, then closes the connection. */
  cut(octets: Uint8Array): void {
    this.#inner.write(octets);
    this.silence();
    this.#inner.close();
  }

  #writeOctet(at: number): void {
    const first = this.#waiting[0];
    if (!first) return;
    this.#inner.write(first.slice(at, at + 1));
    this.#waitingOctets--;
    if (at + 1 === first.length) this.#waiting.shift();
    if (this.#waiting.length > 0) setImmediate(() => this.#writeOctet(at + 1 === first.length ? 0 : at + 1));
    else if (this.#closing) this.#inner.close();
  }
}
