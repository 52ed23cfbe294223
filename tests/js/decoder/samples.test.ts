// Whatever form od, hexdump, xxd, hexyl, tcpdump and tshark print a PDU in, it is read back octet for octet, or refused by name. The samples were
// printed by those programs: samples/make.mjs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readFile } from "../../../js/decoder/input/file.ts";
import { Refusal, type Given } from "../../../js/decoder/input/given.ts";
import { readText } from "../../../js/decoder/input/text.ts";

interface Sample {
  command: string;
  text: string;
  /** In hex; in packets.jsonl they are those of the capture. */
  octets?: string;
  input?: string;
  link?: string;
  refused?: boolean;
}

const samples = (name: string) => readFileSync(join(import.meta.dirname, "samples", name), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Sample);
const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
const whole = ({ pieces }: Given) => pieces.map(({ octets }) => hex(octets)).join("");
const side = ({ pieces }: Given, direction: 0 | 1) => pieces.filter((piece) => piece.direction === direction).map(({ octets }) => hex(octets)).join("");

function refused(text: string): string {
  try {
    const given = readText(text);
    return assert.fail(`it was read as ${given.form}: ${whole(given)}`);
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error.message;
  }
}

for (const { command, input, octets, text, refused: lossy } of samples("dumps.jsonl")) {
  test(`${command}: ${input}`, () => {
    if (lossy) return void assert.match(refused(text), /^This is what od .*: the octets of the PDUs are not in it|^An asterisk stands for lines/);
    assert.equal(whole(readText(text)), octets);
  });
}

describe("packets", () => {
  const work = readFile(new Uint8Array(readFileSync(join(import.meta.dirname, "captures", "session.pcapng"))), []);
  let step = work.next();
  while (!step.done) step = work.next();
  const captured = step.value;

  for (const { command, link, text, refused: lossy } of samples("packets.jsonl")) {
    test(`${command}${link ? `, ${link}` : ""}`, () => {
      if (lossy) return void assert.match(refused(text), /: the octets of the PDUs are not in it/);
      const given = readText(text);
      // Of the long forms the samples hold four PDUs, of the others ten.
      const count = /-V|-T/.test(command) ? [101, 64] : [512, 323];
      for (const direction of [0, 1] as const) assert.equal(side(given, direction), side(captured, direction).slice(0, count[direction]! * 2), given.form);
    });
  }
});
