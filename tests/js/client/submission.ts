// A submit_sm or deliver_sm taken apart and long messages joined by code of the tests' own (SMPP 3.4, 4.4.1; 3GPP TS 23.040, 9.2.3.24.1).

export interface Submission {
  sourceTon: number;
  sourceNpi: number;
  source: string;
  destinationTon: number;
  destinationNpi: number;
  destination: string;
  esmClass: number;
  registeredDelivery: number;
  dataCoding: number;
  /** short_message, or message_payload where that is empty, without a user data header. */
  text: Buffer;
  /** The user data header, its length octet included; empty if there is none. */
  header: Buffer;
  /** From the user data header, or the sar TLVs. */
  part: { reference: number; total: number; number: number } | undefined;
  /** The optional parameters by their tags. */
  tlvs: Map<number, Buffer>;
}

const MESSAGE_PAYLOAD = 0x0424;

export function readSubmission(frame: Buffer): Submission {
  let at = 16;
  const octet = (): number => frame.readUInt8(at++);
  const string = (): string => {
    const end = frame.indexOf(0, at);
    const value = frame.toString("latin1", at, end);
    at = end + 1;
    return value;
  };
  string(); // service_type
  const [sourceTon, sourceNpi, source] = [octet(), octet(), string()];
  const [destinationTon, destinationNpi, destination] = [octet(), octet(), string()];
  const esmClass = octet();
  octet(); // protocol_id
  octet(); // priority_flag
  string(); // schedule_delivery_time
  string(); // validity_period
  const registeredDelivery = octet();
  octet(); // replace_if_present_flag
  const dataCoding = octet();
  octet(); // sm_default_msg_id
  const length = octet();
  const short = frame.subarray(at, (at += length));
  const tlvs = new Map<number, Buffer>();
  while (at < frame.length) {
    const start = at + 4;
    tlvs.set(frame.readUInt16BE(at), frame.subarray(start, (at = start + frame.readUInt16BE(at + 2))));
  }
  const message = length === 0 ? (tlvs.get(MESSAGE_PAYLOAD) ?? short) : short;
  const headerLength = (esmClass & 0x40) === 0 ? 0 : 1 + message.readUInt8(0);
  return {
    sourceTon, sourceNpi, source, destinationTon, destinationNpi, destination, esmClass, registeredDelivery, dataCoding,
    text: message.subarray(headerLength),
    header: message.subarray(0, headerLength),
    part: headerLength === 0 ? readSar(tlvs) : readPart(message.subarray(1, headerLength)),
    tlvs,
  };
}

/** SMPP 3.4, 5.3.2.22 to 24. */
function readSar(tlvs: Submission["tlvs"]): Submission["part"] {
  const [reference, total, number] = [tlvs.get(0x020c), tlvs.get(0x020e), tlvs.get(0x020f)];
  return reference && total && number && { reference: reference.readUInt16BE(), total: total.readUInt8(), number: number.readUInt8() };
}

function readPart(header: Buffer): Submission["part"] {
  for (let at = 0; at < header.length; at += 2 + header.readUInt8(at + 1)) {
    if (header[at] === 0x00) return { reference: header.readUInt8(at + 2), total: header.readUInt8(at + 3), number: header.readUInt8(at + 4) };
    if (header[at] === 0x08) return { reference: header.readUInt16BE(at + 2), total: header.readUInt8(at + 4), number: header.readUInt8(at + 5) };
  }
  return undefined;
}

/** The octets of the whole message. Throws unless every part is there once, under one reference. */
export function joined(parts: Submission[]): Buffer {
  if (parts.length === 1 && parts[0]?.part === undefined) return (parts[0] as Submission).text;
  const sorted = [...parts].sort((a, b) => (a.part?.number ?? 0) - (b.part?.number ?? 0));
  sorted.forEach(({ part }, index) => {
    const right = part?.number === index + 1 && part.total === parts.length && part.reference === sorted[0]?.part?.reference;
    if (!right) throw new Error(`part ${index + 1} of ${parts.length} is missing`);
  });
  return Buffer.concat(sorted.map(({ text }) => text));
}

const EXTENSION: Record<string, number> = { "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2f, "[": 0x3c, "~": 0x3d, "]": 0x3e, "|": 0x40, "€": 0x65 };

/** GSM 03.38, a character an octet, of letters, digits, spaces and the extension table: for these the basic table is ASCII. */
export function gsmOctets(text: string): Buffer {
  return Buffer.from([...text].flatMap((char) => (EXTENSION[char] === undefined ? [char.charCodeAt(0)] : [0x1b, EXTENSION[char]])));
}

/** UCS-2, big-endian. */
export function ucs2Octets(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}
