import { encodePdu } from "../engine/codec.ts";
import type { EngineMessage } from "../engine/types.ts";
import type { SubmitAnswer } from "../server/sessions.ts";
import type { Session } from "../server/session.ts";
import { Status } from "../server/status.ts";
import type { FaultName } from "./faults.ts";
import type { FaultyTransport } from "./wire.ts";

/** How long an early receipt may wait for its acknowledgement before the response goes out all the same. */
const EARLY = 500;

/** Answers accepted submissions the way their fault wants. */
export class Misbehaviour {
  readonly #late: number;
  readonly #endNow: (id: string) => Promise<void>;
  /** Responses held back until the session's next one has gone. */
  readonly #held = new WeakMap<Session, () => void>();

  /** `endNow` brings a message to its end and resolves when its receipt was acknowledged. */
  constructor(late: number, endNow: (id: string) => Promise<void>) {
    this.#late = late;
    this.#endNow = endNow;
  }

  /** Refuses a submission with generic_nack. */
  nack(message: EngineMessage, session: Session): Promise<never> {
    const { sequence } = message;
    session.transport.write(encodePdu({ command: "generic_nack", status: Status.ESME_RINVCMDID, sequence }));
    return noAnswer();
  }

  /** The answer to an accepted submission; what else the fault wants is written to the session's connection. */
  async answer(
    fault: FaultName | undefined,
    message: EngineMessage,
    session: Session,
    messageId: string,
  ): Promise<SubmitAnswer> {
    const release = this.#held.get(session);
    if (release) {
      this.#held.delete(session);
      setImmediate(release);
    }
    const wire = session.transport as FaultyTransport;
    const response = (sequence = message.sequence) =>
      encodePdu({ command: `${message.command}_resp`, sequence, message_id: messageId });
    switch (fault) {
      case "late":
        await sleep(this.#late);
        break;
      case "never":
        return noAnswer();
      case "out-of-order":
        if (release) break; // two change places
        await Promise.race([
          new Promise<void>((resolve) => this.#held.set(session, resolve)),
          sleep(this.#late),
        ]);
        break;
      case "twice":
        wire.write(response());
        break;
      case "wrong-sequence":
        wire.write(response((message.sequence ^ 0x4000_0000) >>> 0));
        break;
      case "early-receipt":
        await Promise.race([this.#endNow(messageId), sleep(EARLY)]);
        break;
      case "drop":
        wire.cut(response().subarray(0, 12));
        return noAnswer();
      case "close":
        wire.cut(new Uint8Array());
        return noAnswer();
      case "split":
        wire.split();
        break;
      case "garbage":
        wire.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
        break;
      case "oversize":
        wire.write(Uint8Array.of(0x7f, 0xff, 0xff, 0xff, 0x80, 0, 0, 0x04, 0, 0, 0, 0, 0, 0, 0, 1));
        break;
      case "malformed":
        wire.write(withoutEnd(response()));
        return noAnswer();
      case "stall":
        wire.silence();
        break;
      case "unbind":
        setImmediate(() => void session.close());
        break;
    }
    return { messageId };
  }
}

/** For a response that the session is never to give. */
function noAnswer(): Promise<never> {
  return new Promise(() => {});
}

/** The PDU without its last octet, the NUL of message_id, and with the length that fits. */
function withoutEnd(pdu: Uint8Array): Uint8Array {
  const cut = pdu.slice(0, -1);
  new DataView(cut.buffer).setUint32(0, cut.length);
  return cut;
}

/** Keeps no process running. Not by node:timers, which workerd has only with a flag. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer: unknown = setTimeout(resolve, ms);
    (timer as { unref?(): void }).unref?.();
  });
}
