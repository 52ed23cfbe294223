// The flow control of a tunnel: a WebSocket that carries one connection. Binary messages are its bytes; a text message is a decimal number, the
// bytes that its sender has passed on since the last one. WebSockets of most runtimes can't be paused, so each side stops reading without this.

/** The subprotocol that both sides name. */
export const TUNNEL_PROTOCOL = "smpp-edge.tunnel";
/** Bytes that may be sent before the peer reports some as passed on. One message more may go beyond it. */
const WINDOW = 262_144;
/** A peer that sends more than this without a report does not keep to the protocol. */
const MOST_HELD = 16 * WINDOW;
/** Bytes passed on before they are reported. */
const REPORT_EVERY = WINDOW / 4;

/** What one side of a tunnel has sent and received. */
export class TunnelFlow {
  #inFlight = 0;
  #received = 0;
  #passedOn = 0;

  /** Whether more may be sent. */
  get hasRoom(): boolean {
    return this.#inFlight < WINDOW;
  }

  sent(bytes: number): void {
    this.#inFlight += bytes;
  }

  /** Takes the peer's report; false if it is none. */
  reported(text: string): boolean {
    const bytes = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : NaN;
    if (!(bytes <= this.#inFlight)) return false;
    this.#inFlight -= bytes;
    return true;
  }

  /** Counts what has arrived; false if the peer sends more than it may. */
  received(bytes: number): boolean {
    this.#received += bytes;
    return this.#received <= MOST_HELD;
  }

  /** Counts what was passed on. Returns the report that is due. */
  passedOn(bytes: number): string | undefined {
    this.#passedOn += bytes;
    if (this.#passedOn < REPORT_EVERY) return undefined;
    const report = String(this.#passedOn);
    this.#received -= this.#passedOn;
    this.#passedOn = 0;
    return report;
  }
}
