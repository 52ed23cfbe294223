// Whether a PDU carries a part of a long message.

import type { DecodedPdu, Field } from "../../engine/explained.ts";

/** Where a PDU says that it is part `part` of `total`. */
export interface Part {
  reference: number;
  total: number;
  part: number;
  by: "udh" | "sar";
}

export function partOf(pdu: DecodedPdu): Part | undefined {
  // Where both are there, the later counts.
  const element = pdu.udh?.findLast(({ name }) => name.startsWith("concatenation"));
  const of = (children: Field[] | undefined, name: string) => Number(children?.find((child) => child.name === name)?.value ?? 0);
  const tlv = (name: string) => pdu.tlvs.find((one) => one.name === name)?.value;
  const found: Part = element
    ? { reference: of(element.children, "reference"), total: of(element.children, "total"), part: of(element.children, "part"), by: "udh" }
    : { reference: Number(tlv("sar_msg_ref_num") ?? 0), total: Number(tlv("sar_total_segments") ?? 0), part: Number(tlv("sar_segment_seqnum") ?? 0), by: "sar" };
  return found.total > 1 && found.part >= 1 && found.part <= found.total ? found : undefined;
}
