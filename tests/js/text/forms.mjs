// Long texts, and how an SMSC that shares no code with us writes them: SMPP 3.4, 5.2.12 and 5.3.2.22; 3GPP TS 23.040, 9.2.3.24.

import { gsmOctets, ucs2Octets } from "../client/submission.ts";

export const FORMS = ["udh8", "udh16", "sar", "payload"];

const latin = "x[y]{z}€ 0123456789 abcdefghij ".repeat(16);
const cyrillic = "жы😀 Καλημέρα 中文 ".repeat(16);

/** Name, text, its octets, its data_coding. */
export const TEXTS = [
  { name: "GSM with escapes", text: latin, octets: gsmOctets(latin), dataCoding: 0, encoding: "gsm7" },
  { name: "UCS-2 with surrogate pairs", text: cyrillic, octets: ucs2Octets(cyrillic), dataCoding: 8, encoding: "ucs2" },
];

/** The fields of the PDUs that carry `octets` in the form, for npm `smpp`. Cuts anywhere, as some SMSCs do. */
export function written(octets, form, dataCoding, reference = 0x4d) {
  const fields = { data_coding: dataCoding };
  if (form === "payload") return [{ ...fields, short_message: Buffer.alloc(0), message_payload: octets }];
  const size = dataCoding === 8 ? 132 : 150;
  const parts = [];
  for (let at = 0; at < octets.length; at += size) parts.push(octets.subarray(at, at + size));
  return parts.map((part, index) => {
    const place = [parts.length, index + 1];
    if (form === "udh8") return { ...fields, esm_class: 0x40, short_message: Buffer.from([5, 0, 3, reference, ...place, ...part]) };
    if (form === "udh16") return { ...fields, esm_class: 0x40, short_message: Buffer.from([6, 8, 4, 0x12, reference, ...place, ...part]) };
    return { ...fields, short_message: part, sar_msg_ref_num: reference, sar_total_segments: place[0], sar_segment_seqnum: place[1] };
  });
}

/** Which form these are in, by what stands in them. */
export function formOf(submissions) {
  const all = (found) => submissions.every(found);
  if (all(({ tlvs }) => tlvs.has(0x0424))) return "payload";
  if (all(({ tlvs }) => tlvs.has(0x020c) && tlvs.has(0x020e) && tlvs.has(0x020f))) return "sar";
  if (all(({ esmClass, header }) => (esmClass & 0x40) !== 0 && header[1] === 0x00)) return "udh8";
  if (all(({ esmClass, header }) => (esmClass & 0x40) !== 0 && header[1] === 0x08)) return "udh16";
  return "none";
}
