// What is legal and yet most likely not meant.

import type { DecodedPdu } from "../../engine/explained.ts";
import { oddity, readAs, type Content, contentOf } from "./content.ts";

export interface Hint {
  title: string;
  /** Why it matters, and what to do. */
  advice: string;
  field: string;
  offset: number;
}

type Rule = (pdu: DecodedPdu, content: Content | undefined) => Omit<Hint, "offset"> | undefined;

const number = (pdu: DecodedPdu, name: string) => {
  const value = [...pdu.fields, ...pdu.tlvs].find((field) => field.name === name)?.value;
  return typeof value === "number" ? value : undefined;
};
const text = (pdu: DecodedPdu, name: string) => {
  const value = pdu.fields.find((field) => field.name === name)?.value;
  return typeof value === "string" ? value : "";
};
const hasHeaderFlag = (pdu: DecodedPdu) => ((number(pdu, "esm_class") ?? 0) & 0x40) !== 0;
const isFromUs = (pdu: DecodedPdu) => pdu.command === "submit_sm" || pdu.command === "submit_multi" || pdu.command === "data_sm";

const RULES: Rule[] = [
  // 5 or 6 octets of header, one concatenation element, sane numbers.
  function headerWithoutFlag(pdu, content) {
    if (!content || hasHeaderFlag(pdu)) return undefined;
    const [udhl, id, length, , b, c, d] = content.body;
    const narrow = udhl === 5 && id === 0 && length === 3 && c! >= 1 && c! <= b!;
    const wide = udhl === 6 && id === 8 && length === 4 && d! >= 1 && d! <= c!;
    if (!narrow && !wide && !(udhl === 5 && id === 0 && length === 3)) return undefined;
    return { field: "esm_class", title: "A user data header, but no udhi", advice: "The message begins with a concatenation header, and esm_class does not say so: handsets show it as odd characters and don't join the parts. Set bit 0x40 of esm_class." };
  },
  function flagWithoutHeader(pdu, content) {
    if (!hasHeaderFlag(pdu) || pdu.udh || pdu.fields.length === 0) return undefined;
    const why = content ? "its first octet is no length that a header could have" : "there is no message";
    return { field: "esm_class", title: "udhi is set, but there is no header", advice: `esm_class announces a user data header, and ${why}. Clear bit 0x40, or put the header in front of the text.` };
  },
  function highOctetsAsGsm(_pdu, content) {
    if (!content || content.dataCoding !== 0 || !content.body.some((octet) => octet > 0x7f)) return undefined;
    if (looksWide(content.body)) return undefined;
    const utf8 = isUtf8(content.body) ? " These octets are valid UTF-8: some programs send it by mistake." : "";
    return { field: "data_coding", title: "Octets over 0x7F with data_coding 0", advice: `The default alphabet has 7 bits, unless this SMSC means another one by 0 (often Latin-1).${utf8} Compare the other readings; set data_coding to what is sent.` };
  },
  function wideAsGsm(_pdu, content) {
    if (!content || content.dataCoding === 8 || !looksWide(content.body)) return undefined;
    return { field: "data_coding", title: "Looks like UCS-2, but data_coding says otherwise", advice: "Every other octet is the same, as in UCS-2. Set data_coding to 8." };
  },
  function narrowAsWide(_pdu, content) {
    if (content?.dataCoding !== 8 || content.body.length === 0) return undefined;
    if (content.body.length % 2 === 1) return { field: "data_coding", title: "An odd number of octets with data_coding 8", advice: "UCS-2 takes two octets a character: one is missing, or data_coding is wrong." };
    if (!content.body.every((octet) => octet >= 0x20 && octet < 0x7f)) return undefined;
    return { field: "data_coding", title: "Looks like ASCII, but data_coding says UCS-2", advice: "Every octet is a printable ASCII character; read as UCS-2 they give odd signs. Set data_coding to 0, or encode the text as UCS-2." };
  },
  function littleEndian(_pdu, content) {
    if (content?.dataCoding !== 8 || content.body.length % 2 === 1 || content.body.length < 4) return undefined;
    const [first, second] = [0, 1].map((side) => new Set(content.body.filter((_, i) => i % 2 === side)));
    const reversed = content.body[0] === 0xff && content.body[1] === 0xfe;
    if (!reversed && !(second!.size === 1 && second!.has(0) && first!.size > 1)) return undefined;
    return { field: "data_coding", title: "UCS-2 with its octets swapped", advice: "UCS-2 is big-endian on SMPP. Swap each pair of octets, and send no byte order mark." };
  },
  function unreadable(pdu, content) {
    if (!content || !pdu.text || pdu.text.encoding === "binary" || oddity(pdu.text.value) < 0.2) return undefined;
    return { field: "data_coding", title: "The text looks wrong", advice: "Many characters are none that people write. Compare the other readings of these octets." };
  },
  function asciiBySpecialNumber(pdu, content) {
    if (!content || content.dataCoding !== 1 || !isFromUs(pdu)) return undefined;
    return { field: "data_coding", title: "data_coding 1 is read differently from SMSC to SMSC", advice: "Some take it as ASCII, some as their default alphabet. Use 0 for GSM 7-bit, 3 for Latin-1, 8 for UCS-2." };
  },
  function tooLong(pdu, content) {
    if (pdu.command !== "submit_sm" || !content || content.offset === 0 || !pdu.fields.some(({ name, length }) => name === "short_message" && length > 0)) return undefined;
    const octets = content.body.length + (content.header?.length ?? 0);
    const most = content.dataCoding === 0 || content.dataCoding === 1 || content.dataCoding === 3 ? 160 : 140;
    if (octets <= most) return undefined;
    return { field: "short_message", title: `More than one SMS in one short_message (${octets} octets)`, advice: `One SMS holds ${most} octets of this coding. Many SMSCs refuse more with ESME_RINVMSGLEN; some split it. Split it yourself with a user data header, or use message_payload.` };
  },
  function plusInNumber(pdu) {
    const name = ["destination_addr", "source_addr"].find((one) => /^\+|^00/.test(text(pdu, one)));
    if (name === undefined || number(pdu, name === "source_addr" ? "source_addr_ton" : "dest_addr_ton") !== 1) return undefined;
    return { field: name, title: "An international number with + or 00 in front", advice: "With TON 1 the digits begin with the country code. Leave + and 00 out: SMSCs refuse it or send it astray." };
  },
  function lettersInNumber(pdu) {
    const from = text(pdu, "source_addr");
    const ton = number(pdu, "source_addr_ton");
    if (ton === 5 && [...from].length > 11) return { field: "source_addr", title: "A sender of more than 11 characters", advice: "GSM has room for 11 characters of an alphanumeric sender: the rest is cut off, or the message refused." };
    if (ton === undefined || ton === 5 || !/[a-z]/i.test(from)) return undefined;
    return { field: "source_addr_ton", title: "Letters in a sender that is not alphanumeric", advice: "Set source_addr_ton to 5 and source_addr_npi to 0." };
  },
  function refusedInRequest(pdu) {
    if (pdu.command !== "generic_nack") return undefined;
    return { field: "command_id", title: "The peer could not make sense of a PDU", advice: "generic_nack answers what has an unknown command_id or a wrong command_length. Look at the request with the same sequence_number, or at what was written before it: often one PDU had a wrong length." };
  },
];

/** What deserves a look, in no strict order. */
export function lint(pdu: DecodedPdu): Hint[] {
  const content = contentOf(pdu);
  const hints: Hint[] = [];
  for (const rule of RULES) {
    const found = rule(pdu, content);
    if (!found) continue;
    const offset = [...pdu.fields, ...pdu.tlvs].find(({ name }) => name === found.field)?.offset ?? (found.field === "command_id" ? 4 : 0);
    hints.push({ ...found, offset });
  }
  return hints;
}

/** The high octets of UCS-2 of one script are all the same, and as text it has nothing odd. */
function looksWide(octets: Uint8Array): boolean {
  if (octets.length < 6 || octets.length % 2 === 1) return false;
  const high = octets.filter((_, i) => i % 2 === 0);
  const most = Math.max(...[0x00, 0x04, 0x06].map((value) => high.filter((octet) => octet === value).length));
  return most >= high.length * 0.7 && oddity(readAs({ dataCoding: 8, header: undefined, body: octets })?.text ?? "") < 0.1;
}

function isUtf8(octets: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(octets);
    return true;
  } catch {
    return false;
  }
}
