import { join } from "../engine/joined.ts";
import { invalid } from "./errors.ts";
import { publicMessage } from "./inbound-message.ts";
import { readJoinOptions } from "./options.ts";
import type { JoinOptions, Message, Report } from "./types.ts";

/**
 * Joins the stored segments of one message, those of one {@link Segment.key}, in any order. What they make is a message, or a delivery
 * report that came in several segments; undefined if there is no segment among them. While some are missing the message has
 * `complete: false`.
 *
 * @throws {SmppError} `"invalid-field"`, `"invalid-option"`
 */
export function joinSegments(pdus: Iterable<Uint8Array>, options: JoinOptions = {}): { message: Message } | { report: Report } | undefined {
  const frames = [...pdus];
  if (!frames.every((pdu) => pdu instanceof Uint8Array)) throw invalid("invalid-field", "pdus", "the PDUs of segments are expected, each as a Uint8Array");
  const joined = join(frames, readJoinOptions(options));
  return joined === undefined || "report" in joined ? joined : { message: publicMessage(joined.message) };
}
