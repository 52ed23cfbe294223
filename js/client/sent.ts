import { checked, signal, type Checks } from "./check.ts";
import type { Delivery } from "./delivery.ts";
import { SmppError } from "./errors.ts";
import type { Report, SentSegment } from "./types.ts";

/** How long {@link Sent.delivered} waits, and what ends it early. */
export interface DeliveredOptions {
  /** Milliseconds, 0 or more; with 0 only a report that is there already is taken. Default: the wait ends with the client. */
  timeout?: number;
  /** Ends the wait. */
  signal?: AbortSignal;
}

const CHECKS: Checks<DeliveredOptions> = {
  timeout: (value) => (typeof value === "number" && value >= 0 ? undefined : "milliseconds are expected"),
  signal,
};

const ANY: DeliveredOptions = {};

/** A message that the SMSC has accepted, in whole or in part. */
export class Sent {
  /** The id of the first segment (of the first one accepted, if the message is `"partial"`). */
  readonly messageId: string;
  /** What became of each segment, in order. */
  readonly segments: readonly SentSegment[];
  /** The encoding that was chosen: `"gsm7"`, `"gsm7-turkish"` …, `"latin1"`, `"ucs2"`. */
  readonly encoding: string;
  /** `"partial"`: at least one segment was not accepted; the others were, and the recipient gets a part. */
  readonly status: "accepted" | "partial";
  /** The message's `tag`. */
  readonly tag: string | undefined;
  readonly #delivery: Delivery | undefined;

  /** @internal */
  constructor(messageId: string, segments: SentSegment[], encoding: string, status: "accepted" | "partial", tag: string | undefined, delivery: Delivery | undefined) {
    this.messageId = messageId;
    this.segments = segments;
    this.encoding = encoding;
    this.status = status;
    this.tag = tag;
    this.#delivery = delivery;
  }

  /**
   * Waits for the final delivery report. Of a long message it waits for the report on each accepted segment and resolves with
   * the worst: `"delivered"` means that all of it arrived (a segment that the SMSC refused counts as `"rejected"`). A lost
   * connection does not end the wait: reports are matched by message id, on whatever connection they come.
   *
   * It takes the reports: they are acknowledged to the SMSC, even without an `onReport`. Call it soon after `sendSms`: a report on a message
   * that has been forgotten (`maxTracked`, `trackTimeout`) is not found. A message that is waited for is not forgotten.
   *
   * @throws {TimeoutError} No final report came in time (also if it was asked for on failure only and there was none).
   * @throws {ConnectionLostError} The client was closed.
   * @throws {SmppError} `"no-report"`: the message asked for none. `"aborted"`: by the signal.
   */
  delivered(options?: DeliveredOptions): Promise<Report> {
    try {
      const { timeout, signal: ending } = options === undefined ? ANY : checked("options", options, CHECKS);
      if (this.#delivery !== undefined) return this.#delivery.wait(timeout, ending);
      throw new SmppError('the message asked for no delivery report: send it with report: "always"', {
        code: "no-report", command: "submit_sm", outcome: "unknown",
      });
    } catch (error) {
      return Promise.reject(error as SmppError);
    }
  }
}
