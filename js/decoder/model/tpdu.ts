// TPDUs of GSM (3GPP TS 23.040), as modems and logs of MAP have them: they are no SMPP, but are often taken for it.

import { toHex } from "../input/hex.ts";
import { readAs, unpack } from "./content.ts";

export interface Tpdu {
  /** `"SMS-DELIVER"`. */
  type: string;
  /** Names of the specification, and values. */
  fields: [name: string, value: string][];
  text?: string;
}

/** The octets don't go on as a TPDU does. */
class NoTpdu extends Error {}

/** A TPDU with the service centre's address in front of it, as modems give it, or without; undefined if the octets are something else. */
export function readTpdu(octets: Uint8Array): Tpdu | undefined {
  if (octets.length < 8 || octets.length > 200) return undefined;
  const front = octets[0]!;
  const addressed = front === 0 || (front >= 2 && front <= 11 && (octets[1]! & 0x80) !== 0);
  for (const skip of addressed ? [front + 1, 0] : [0]) {
    for (const type of [deliver, submit, statusReport]) {
      try {
        const reader = new Reader(octets, skip);
        const found = type(reader);
        if (!reader.done) continue;
        if (skip > 1) found.fields.unshift(["service centre", number(octets.subarray(2, skip), octets[1]!, (skip - 2) * 2)]);
        return found;
      } catch (error) {
        if (!(error instanceof NoTpdu)) throw error;
      }
    }
  }
  return undefined;
}

class Reader {
  readonly #octets: Uint8Array;
  #at: number;

  constructor(octets: Uint8Array, at: number) {
    this.#octets = octets;
    this.#at = at;
  }

  get done(): boolean {
    return this.#at === this.#octets.length;
  }

  octet(): number {
    return this.take(1)[0]!;
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#octets.length) throw new NoTpdu();
    this.#at += length;
    return this.#octets.subarray(this.#at - length, this.#at);
  }

  rest(): Uint8Array {
    return this.take(this.#octets.length - this.#at);
  }
}

/** 9.2.2.1 */
function deliver(reader: Reader): Tpdu {
  const first = reader.octet();
  if ((first & 3) !== 0 || (first & 0x18) !== 0) throw new NoTpdu();
  const fields: Tpdu["fields"] = [["TP-OA (from)", address(reader)], ["TP-PID", hex(reader.octet())]];
  const coding = reader.octet();
  fields.push(["TP-DCS", hex(coding)], ["TP-SCTS (time)", time(reader.take(7))]);
  return { type: "SMS-DELIVER", fields, ...userData(reader, coding, (first & 0x40) !== 0, fields) };
}

/** 9.2.2.2 */
function submit(reader: Reader): Tpdu {
  const first = reader.octet();
  if ((first & 3) !== 1) throw new NoTpdu();
  const fields: Tpdu["fields"] = [["TP-MR", String(reader.octet())], ["TP-DA (to)", address(reader)], ["TP-PID", hex(reader.octet())]];
  const coding = reader.octet();
  fields.push(["TP-DCS", hex(coding)]);
  const format = (first >> 3) & 3;
  if (format === 2) fields.push(["TP-VP (validity)", validity(reader.octet())]);
  else if (format === 3) fields.push(["TP-VP (valid until)", time(reader.take(7))]);
  else if (format === 1) fields.push(["TP-VP (enhanced)", toHex(reader.take(7))]);
  if (first & 0x20) fields.push(["TP-SRR", "a status report is asked for"]);
  return { type: "SMS-SUBMIT", fields, ...userData(reader, coding, (first & 0x40) !== 0, fields) };
}

/** 9.2.2.3 */
function statusReport(reader: Reader): Tpdu {
  const first = reader.octet();
  if ((first & 3) !== 2) throw new NoTpdu();
  const fields: Tpdu["fields"] = [["TP-MR", String(reader.octet())], ["TP-RA (recipient)", address(reader)], ["TP-SCTS (submitted)", time(reader.take(7))], ["TP-DT (done)", time(reader.take(7))]];
  const status = reader.octet();
  fields.push(["TP-ST (status)", `${hex(status)}: ${status < 0x20 ? "done" : status < 0x40 ? "still trying" : status < 0x60 ? "failed for good" : status < 0x80 ? "failed, no longer trying" : "reserved"}`]);
  // What else may follow says which of protocol, coding and text are there.
  if (!reader.done) fields.push(["more parameters", toHex(reader.rest(), " ")]);
  return { type: "SMS-STATUS-REPORT", fields };
}

/** 9.1.2.5: how many digits, type, digits. */
function address(reader: Reader): string {
  const digits = reader.octet();
  if (digits > 20) throw new NoTpdu();
  const type = reader.octet();
  if ((type & 0x80) === 0) throw new NoTpdu();
  return number(reader.take((digits + 1) >> 1), type, digits);
}

function number(octets: Uint8Array, type: number, digits: number): string {
  if (((type >> 4) & 7) === 5) return asGsm(octets, Math.floor((digits * 4) / 7), 0);
  const text = swapped(octets).replace(/f$/, "").slice(0, digits);
  if (!/^[\da-e]*$/.test(text)) throw new NoTpdu();
  const shown = text.replace(/[a-e]/g, (digit) => "*#abc"[digit.charCodeAt(0) - 97]!);
  return ((type >> 4) & 7) === 1 ? `+${shown}` : shown;
}

/** 9.2.3.11: digits in pairs that are swapped, and the zone in quarters of an hour. */
function time(octets: Uint8Array): string {
  const digits = swapped(octets);
  const [year, month, day, hour, minute, second] = digits.match(/../g)! as [string, string, string, string, string, string];
  const quarters = (octets[6]! & 0x07) * 10 + (octets[6]! >> 4);
  if (!/^\d{12}$/.test(digits.slice(0, 12)) || Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31 || Number(hour) > 23 || Number(minute) > 59) throw new NoTpdu();
  const zone = `${octets[6]! & 0x08 && quarters > 0 ? "-" : "+"}${String(Math.floor(quarters / 4)).padStart(2, "0")}:${String((quarters % 4) * 15).padStart(2, "0")}`;
  return `20${year}-${month}-${day} ${hour}:${minute}:${second}${zone}`;
}

/** 9.2.3.12.1 */
function validity(value: number): string {
  if (value < 144) return `${(value + 1) * 5} minutes`;
  if (value < 168) return `${12 + (value - 143) / 2} hours`;
  return value < 197 ? `${value - 166} days` : `${value - 192} weeks`;
}

/** 9.2.3.24 */
function userData(reader: Reader, coding: number, hasHeader: boolean, fields: Tpdu["fields"]): { text?: string } {
  const length = reader.octet();
  const data = reader.rest();
  const alphabet = alphabetOf(coding);
  // Septets are counted where the alphabet has seven bits.
  if (data.length !== (alphabet === "gsm7" ? Math.ceil((length * 7) / 8) : length)) throw new NoTpdu();
  fields.push(["TP-UDL", String(length)]);
  const headerLength = hasHeader ? (data[0] ?? 0) + 1 : 0;
  if (headerLength > data.length) throw new NoTpdu();
  if (hasHeader) fields.push(["user data header", toHex(data.subarray(0, headerLength), " ")]);
  const body = data.subarray(headerLength);
  if (alphabet === "octets") return { text: toHex(body, " ") };
  if (alphabet === "ucs2") return { text: readAs({ dataCoding: 8, header: undefined, body })?.text ?? "" };
  return { text: asGsm(body, length - Math.ceil((headerLength * 8) / 7), headerLength) };
}

/** 3GPP TS 23.038, 4 */
function alphabetOf(coding: number): "gsm7" | "ucs2" | "octets" {
  if ((coding & 0xf0) === 0xe0) return "ucs2";
  if ((coding & 0xf0) === 0xf0) return coding & 4 ? "octets" : "gsm7";
  if (coding >= 0x80) return "gsm7";
  if (coding & 0x20) return "octets";
  return coding & 8 ? "ucs2" : coding & 4 ? "octets" : "gsm7";
}

function asGsm(octets: Uint8Array, septets: number, headerLength: number): string {
  return readAs({ dataCoding: 0, header: undefined, body: unpack(octets, headerLength).subarray(0, septets) })?.text ?? "";
}

function swapped(octets: Uint8Array): string {
  return Array.from(octets, (octet) => (octet & 15).toString(16) + (octet >> 4).toString(16)).join("");
}

function hex(octet: number): string {
  return `0x${octet.toString(16).padStart(2, "0")}`;
}
