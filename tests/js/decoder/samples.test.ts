// Whatever form od, hexdump, xxd, hexyl, tcpdump and tshark print a PDU in, it is read back octet for octet, or refused by name. The samples were
// printed by those programs: samples/make.mjs.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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

describe("PDUs drawn by chance, printed by the programs of this machine", () => {
  const programs: Record<string, string[]> = {
    od: ["", "-x", "-t x1", "-t x1z", "-c", "-b", "-t d1", "-t u2", "-t x4", "-t x8 --endian=big", "-A d -t u1", "-A x -t o1", "-A n -v -t x1", "-A x -t x1 -w7"],
    hexdump: ["", "-C", "-b", "-c", "-d", "-o", "-x"],
    xxd: ["", "-b", "-e", "-g 1", "-c 9", "-p", "-i"],
  };
  /** Octets that text, numbers and zeros are likelier among than others. */
  function drawn(seed: number): Uint8Array {
    let state = seed;
    const next = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state >>> 8) % below;
    };
    const octet = [() => 0, () => 0x30 + next(10), () => 0x61 + next(6), () => 0x20, () => next(256)];
    const body = Array.from({ length: 1 + next(120) }, () => octet[next(octet.length)]!());
    const pdu = new Uint8Array(20 + body.length);
    new DataView(pdu.buffer).setUint32(0, pdu.length);
    pdu.set([0, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0, seed], 4);
    pdu.set(body, 20);
    return pdu;
  }

  for (const [program, flags] of Object.entries(programs)) {
    for (const [i, flag] of flags.entries()) {
      test(`${program} ${flag}`, (t) => {
        for (let seed = 1 + i; seed < 200; seed += 50) {
          const pdu = drawn(seed);
          const { stdout, error } = spawnSync(program, flag.split(" ").filter((part) => part !== ""), { input: pdu, encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
          if (error) return t.skip(`there is no ${program}`);
          // xxd, od and hexdump of other systems may lack a flag.
          if (stdout === "") return t.skip(`${program} has no ${flag}`);
          assert.equal(whole(readText(stdout)), hex(pdu), `seed ${seed}`);
        }
      });
    }
  }
});
