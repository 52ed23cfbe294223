// Inputs from the field that were once misread or refused, with the PDUs that are in each. The page and the command are held to the same list.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pcap, TUNNELS } from "./packets.ts";

/** A text to paste, or a file to open. */
export interface FieldCase {
  what: string;
  input: string | Uint8Array;
  /** The PDUs in order: command and sequence_number. */
  pdus: string[];
  /** Some PDU of it has a fault, which is shown. */
  faulty?: boolean;
}

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const ENQUIRE = bytes("00000010000000150000000000000001");
const ANSWER = bytes("00000010800000150000000000000001");
const SUBMIT = bytes("0000003700000004000000000000000700050041434d450001013132333435363738393000000000000001000000084869207468657265");

const samples = readFileSync(join(import.meta.dirname, "samples", "packets.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { command: string; link?: string; text: string });
const printed = (command: string): string => samples.find((sample) => sample.command === command && sample.link === "Ethernet")!.text;

/** What the samples' session says: of the long forms they have the first four. */
const SESSION = [
  "bind_transceiver 1", "bind_transceiver_resp 1", "submit_sm 2", "submit_sm_resp 2", "deliver_sm 1", "deliver_sm_resp 1",
  "submit_sm 3", "submit_sm 4", "submit_sm_resp 3", "submit_sm_resp 4",
];

/** As `od -t x1` prints: offsets in octal. */
const od = (octets: Uint8Array): string => {
  const rows = Buffer.from(octets).toString("hex").match(/.{1,32}/g)!.map((row, i) => `${(i * 16).toString(8).padStart(7, "0")} ${row.match(/../g)!.join(" ")}`);
  return `${rows.join("\n")}\n${octets.length.toString(8).padStart(7, "0")}\n`;
};
const dump = (octets: Uint8Array): string =>
  Buffer.from(octets).toString("hex").match(/.{1,32}/g)!.map((row, i) => `${(i * 16).toString(16).padStart(8, "0")}  ${row.match(/../g)!.join(" ").padEnd(48)}|${Buffer.from(row, "hex").toString("latin1").replace(/[^ -~]/g, ".")}|`).join("\n");

const tunnels = TUNNELS.map(({ name, linkType = 1, packet }): FieldCase => ({
  what: `a capture in ${name}`,
  input: pcap([ENQUIRE, ANSWER].map((octets, i) => ({ time: 1_764_000_000_000 + i, octets: packet({ direction: i as 0 | 1, sequence: 1, octets }) })), { linkType }),
  pdus: ["enquire_link 1", "enquire_link_resp 1"],
}));

export const FIELD_CASES: FieldCase[] = [
  { what: "tcpdump -X, with the headers of IP and TCP", input: printed("tcpdump -X"), pdus: SESSION },
  { what: "tshark -T json -x, which prints each PDU four times", input: printed("tshark -T json -x"), pdus: SESSION.slice(0, 4) },
  { what: "a followed stream with indented answers", input: printed("tshark -q -z follow,tcp,hex,0"), pdus: SESSION },
  { what: "tshark -T ek -x", input: printed("tshark -T ek -x"), pdus: SESSION.slice(0, 4) },
  { what: "tshark -T pdml", input: printed("tshark -T pdml"), pdus: SESSION.slice(0, 4) },
  { what: "tshark -V -x", input: printed("tshark -V -x"), pdus: SESSION.slice(0, 4) },
  { what: "od -t x1, with octal offsets", input: od(SUBMIT), pdus: ["submit_sm 7"] },
  { what: "a binary of Erlang", input: `<<${[...ENQUIRE].join(", ")}>>`, pdus: ["enquire_link 1"] },
  { what: "a hex dump", input: dump(SUBMIT), pdus: ["submit_sm 7"] },
  { what: "base64", input: Buffer.from(SUBMIT).toString("base64"), pdus: ["submit_sm 7"] },
  { what: "an array of C with hex and decimal numbers", input: "{0x00,0,0,0x10,0x00,0x00,0,0x15,0,0,0,0,0,0,0,1}", pdus: ["enquire_link 1"] },
  { what: "a PDU that is cut off", input: Buffer.from(SUBMIT.subarray(0, 30)).toString("hex"), pdus: ["submit_sm 7"], faulty: true },
  ...tunnels,
];
