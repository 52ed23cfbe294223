import { join } from "../engine/joined.ts";
import { exactOctets } from "../engine/octets.ts";
import { reading } from "./check.ts";
import { invalid } from "./errors.ts";
import { publicMessage } from "./inbound-message.ts";
import { readJoinOptions } from "./options.ts";
import type { JoinOptions, Message, Report } from "./types.ts";

/** Most segments of a message, each repeated a few times. */
const MOST = 1_024;

/**
 * Joins the stored segments of one message, those of one {@link Segment.key}, in any order. What they make is a message, or a delivery
 * report that came in several segments; undefined if there is no segment among them. While some are missing the message has
 * `complete: false`.
 *
 * @throws {SmppError} `"invalid-field"`, `"invalid-option"`
 */
export function joinSegments(pdus: Iterable<Uint8Array>, options: JoinOptions = {}): { message: Message } | { report: Report } | undefined {
  const frames = reading("pdus", "invalid-field", () => framesOf(pdus));
  const joined = join(frames, readJoinOptions(options));
  return joined === undefined || "report" in joined ? joined : { message: publicMessage(joined.message) };
}

function framesOf(pdus: Iterable<Uint8Array>): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (const pdu of pdus) {
    const frame = exactOctets(pdu);
    if (frame === undefined || frames.length === MOST) throw invalid("invalid-field", "pdus", `the PDUs of up to ${MOST} segments are expected, each as a Uint8Array`);
    frames.push(frame);
  }
  return frames;
}
