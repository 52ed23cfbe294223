// Faults and statuses in sentences.

import { statusHandling, statusMeaning, type StatusHandling } from "../../engine/codec.ts";
import type { Fault } from "../../engine/explained.ts";

const FAULTS: Record<string, string> = {
  length_too_short: "The length is less than a header has, so nothing behind it can be found",
  length_too_long: "The length is more than a PDU should have: most likely these octets are no PDU, or one was cut before",
  incomplete: "The PDU is not complete: octets are missing at its end",
  unknown_command: "No version of SMPP knows this command",
  truncated: "The PDU ends inside this field",
  missing_nul: "The string has no NUL at its end",
  dest_flag: "A dest_flag that is neither 1 nor 2 hides what is behind it",
  stray_octets: "Octets that belong to nothing",
  tlv_length: "The TLV runs past the end of the PDU",
  missing_body: "The body is missing",
  unexpected_body: "A response that says “failed” has a body",
  tlvs_without_fields: "TLVs stand where the mandatory fields should be",
  too_long: "Longer than the specification allows",
  wrong_length: "Not as long as it should be",
  not_ascii: "Octets that are not ASCII",
  invalid_time: "Not a time as SMPP writes it",
  reserved_value: "A value that the specification does not define",
  not_allowed: "Should be 0 or empty here",
  tlv_not_allowed: "This TLV does not belong in this PDU or version",
  tlv_repeated: "This TLV may be there only once",
  tlv_missing: "This TLV must be there",
  two_texts: "There is text in short_message and in message_payload",
  missing_user_data_header: "esm_class announces a user data header that is not there",
  two_segmentations: "Segmentation by user data header and by TLVs at the same time",
};

/** What is wrong, in a sentence. */
export function faultTitle({ kind }: Fault): string {
  return FAULTS[kind] ?? kind.replaceAll("_", " ");
}

/** What was expected and found, and where that is written. */
export function faultDetail({ field, offset, expected, found, section }: Fault): string {
  const place = field === undefined ? `octet ${offset}` : `${field}, octet ${offset}`;
  const parts = [place, expected && `expected ${expected}`, found && `found ${found}`, section && `SMPP ${section}`];
  return parts.filter((part) => part !== undefined && part !== "").join(" · ");
}

const HANDLING: Record<StatusHandling, string> = {
  ok: "",
  retry: "Temporary: try the same request again later, waiting longer each time.",
  throttle: "Too fast: slow down, then send it again. Agree on a rate with the operator, and keep the window small.",
  permanent: "Final: sending the same again gives the same answer. Correct the request first.",
  config: "A matter of the account: check system_id, password, allowed addresses and number of binds with the operator.",
};

export interface StatusAdvice {
  title: string;
  advice: string;
}

/** What a status means and what to do about it; undefined for success. */
export function statusAdvice(status: number, name: string): StatusAdvice | undefined {
  if (status === 0) return undefined;
  const code = `0x${status.toString(16).padStart(8, "0")}`;
  const meaning = statusMeaning(status);
  const title = name === "unknown" ? `Status ${code}` : `${name} (${code})`;
  const unknown = status >= 0x400 && status <= 0x4ff ? "A status of the operator's own: ask for the list." : "Not a status of the specification: ask the operator.";
  return { title: meaning === "" ? title : `${title}: ${meaning}`, advice: name === "unknown" ? unknown : HANDLING[statusHandling(status)] };
}
