// What the page takes pasted text and files for. No browser is needed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readFile } from "../../../js/decoder/input/file.ts";
import { Refusal, type Given } from "../../../js/decoder/input/given.ts";
import { readText } from "../../../js/decoder/input/text.ts";

const ENQUIRE = "00000010000000150000000000000001";
const SUBMIT = "0000003700000004000000000000000700050041434d450001013132333435363738393000000000000001000000084869207468657265";
const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
const octets = (digits: string) => Uint8Array.from(Buffer.from(digits, "hex"));
const pairs = (digits: string) => digits.match(/../g)!;

/** The octets of a text, in one. */
function read(text: string): { form: string; hex: string; given: Given } {
  const given = readText(text);
  return { form: given.form, hex: given.pieces.map((piece) => hex(piece.octets)).join(""), given };
}

function file(content: Uint8Array | string): Given {
  const work = readFile(typeof content === "string" ? new TextEncoder().encode(content) : content, []);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error.message;
  }
  return assert.fail("it was read");
}

describe("hex in any spelling", () => {
  const spellings: Record<string, string> = {
    "in one": SUBMIT,
    "in capitals": SUBMIT.toUpperCase(),
    "with spaces": pairs(SUBMIT).join(" "),
    "in words of 32 bits": SUBMIT.match(/.{1,8}/g)!.join(" "),
    "in words of 16 bits": SUBMIT.match(/.{1,4}/g)!.join(" "),
    "in words of 16 bits, over several lines": SUBMIT.match(/.{1,16}/g)!.map((row) => row.match(/.{1,4}/g)!.join(" ")).join("\n"),
    "with colons": pairs(SUBMIT).join(":"),
    "with hyphens": pairs(SUBMIT).join("-"),
    "with 0x once": `0x${SUBMIT}`,
    "over several lines": SUBMIT.match(/.{1,32}/g)!.join("\r\n"),
    "percent-encoded": pairs(SUBMIT).map((pair) => `%${pair}`).join(""),
    "in quotes": `"${SUBMIT}"`,
    "as Node prints a Buffer": `<${pairs(SUBMIT).join(" ")}>`,
  };
  for (const [name, text] of Object.entries(spellings)) {
    test(name, () => {
      const { form, hex } = read(text);
      assert.deepEqual([form, hex], ["hex", SUBMIT]);
    });
  }

  test("an odd digit at the end is left out and told of", () => {
    const { hex, given } = read(`${ENQUIRE}0`);
    assert.equal(hex, ENQUIRE);
    assert.match(given.notes[0]!, /odd number of hex digits \(33\)/);
  });

  test("the headers of a packet copied as a hex stream are left out", () => {
    const ethernet = "0202020202020202020202020800";
    const ip = "450000380001000040060000c0000201c0000202";
    const tcp = "9c400ad7000003e8000000005010ffff00000000";
    const { hex, given } = read(ethernet + ip + tcp + ENQUIRE);
    assert.equal(hex, ENQUIRE);
    assert.match(given.notes[0]!, /54 octets in front/);
  });

  test("what stands before the first PDU is left out", () => {
    const { hex, given } = read(`ffffffff${ENQUIRE}`);
    assert.equal(hex, ENQUIRE);
    assert.match(given.notes[0]!, /first 4 octets/);
  });
});

describe("base64", () => {
  const text = Buffer.from(SUBMIT, "hex").toString("base64");
  for (const [name, form] of Object.entries({ plain: text, "without padding": text.replace(/=+$/, ""), "of URLs": Buffer.from(SUBMIT, "hex").toString("base64url"), "in lines": text.match(/.{1,20}/g)!.join("\n") })) {
    test(name, () => {
      const { form: found, hex } = read(form);
      assert.deepEqual([found, hex], ["base64", SUBMIT]);
    });
  }
});

describe("dumps with offsets", () => {
  const rows = SUBMIT.match(/.{1,32}/g)!;
  const ascii = (row: string) => Buffer.from(row, "hex").toString("latin1").replace(/[^ -~]/g, ".");
  const dumps: Record<string, string> = {
    Wireshark: rows.map((row, i) => `${(i * 16).toString(16).padStart(4, "0")}   ${pairs(row).join(" ").padEnd(47)}   ${ascii(row)}`).join("\n"),
    "Wireshark without characters": rows.map((row, i) => `${(i * 16).toString(16).padStart(4, "0")}  ${pairs(row).join(" ")}`).join("\n"),
    xxd: rows.map((row, i) => `${(i * 16).toString(16).padStart(8, "0")}: ${row.match(/.{1,4}/g)!.join(" ").padEnd(39)}  ${ascii(row)}`).join("\n"),
    "hexdump -C": rows.map((row, i) => `${(i * 16).toString(16).padStart(8, "0")}  ${[pairs(row).slice(0, 8).join(" "), pairs(row).slice(8).join(" ")].join("  ").padEnd(48)}  |${ascii(row)}|`).join("\n") + "\n00000037",
    "tcpdump -X": rows.map((row, i) => `\t0x${(i * 16).toString(16).padStart(4, "0")}:  ${row.match(/.{1,4}/g)!.join(" ").padEnd(39)}  ${ascii(row)}`).join("\n"),
  };
  for (const [name, text] of Object.entries(dumps)) {
    test(name, () => {
      const { form, hex } = read(text);
      assert.deepEqual([form, hex], ["hex dump", SUBMIT]);
    });
  }

  test("characters that look like hex are not taken for octets", () => {
    const text = "0000   00 00 00 1a 00 00 00 15 00 00 00 00 00 00 00 01   ................\n0010   61 62 63 64 65 66 61 62 63 64                     abcdefabcd";
    assert.equal(read(text).hex, "0000001a00000015000000000000000161626364656661626364");
  });

  test("a followed TCP stream: indented lines come from the other side", () => {
    const response = "00000010800000150000000000000001";
    const text = `00000000  ${pairs(ENQUIRE).join(" ")}   ........ ........\n    00000000  ${pairs(response).join(" ")}   ........ ........\n00000010  ${pairs(ENQUIRE).join(" ")}   ........ ........`;
    const { given } = read(text);
    assert.deepEqual(given.pieces.map((piece) => [piece.direction, hex(piece.octets)]), [[0, ENQUIRE], [1, response], [0, ENQUIRE]]);
  });

  test("offsets that begin again are another packet", () => {
    const text = `0000  ${pairs(ENQUIRE).join(" ")}\n\n0000  ${pairs(ENQUIRE).join(" ")}`;
    assert.deepEqual(read(text).given.pieces.map((piece) => piece.gap), [false, true]);
  });
});

describe("arrays and strings of programs", () => {
  const numbers = pairs(SUBMIT).map((pair) => Number.parseInt(pair, 16));
  const escaped = numbers.map((number) => (number >= 0x30 && number < 0x7b && number !== 0x5c ? String.fromCharCode(number) : `\\x${number.toString(16).padStart(2, "0")}`));
  // In C an escape takes all hex digits that follow it: a break of the literal keeps them apart.
  const forms: Record<string, [string, string]> = {
    "a C array": [`const unsigned char pdu[] = {\n${numbers.map((number) => `0x${number.toString(16).padStart(2, "0")}`).join(", ")}\n};`, "array"],
    "a C array with comments": [`char pkt1[] = { /* Packet 7 */\n${numbers.map((number) => `0x${number.toString(16).padStart(2, "0")}`).join(", ")} /* ...Hi */ };`, "array"],
    "a JavaScript array": [`new Uint8Array([${numbers.join(", ")}])`, "array"],
    "what Node prints of a Uint8Array": [`Uint8Array(${numbers.length}) [\n  ${numbers.map((number) => String(number).padStart(3)).join(", ")}\n]`, "array"],
    "a Go slice": [`[]byte{${numbers.map((number) => `0x${number.toString(16)}`).join(", ")}}`, "array"],
    "a string with \\x": [`"${escaped.join("")}"`, "escaped string"],
    "a string of Python": [`b'${escaped.join("")}'`, "escaped string"],
    "a string without quotes": [numbers.map((number) => `\\x${number.toString(16).padStart(2, "0")}`).join(""), "escaped string"],
    "a string over several lines": [pairs(SUBMIT).map((pair) => `"\\x${pair}"`).join("\n  "), "escaped string"],
    "a string with octal escapes": [`"${numbers.map((number) => `\\${number.toString(8).padStart(3, "0")}`).join("")}"`, "escaped string"],
  };
  for (const [name, [text, expected]] of Object.entries(forms)) {
    test(name, () => {
      const { form, hex } = read(text);
      assert.deepEqual([form, hex], [expected, SUBMIT]);
    });
  }

  test("Wireshark's arrays of a stream keep the sides apart", () => {
    const array = (name: string, digits: string) => `char ${name}[] = { /* Packet */\n${pairs(digits).map((pair) => `0x${pair}`).join(", ")} };`;
    const { given } = read(`${array("peer0_0", ENQUIRE)}\n${array("peer1_0", "00000010800000150000000000000001")}`);
    assert.deepEqual(given.pieces.map(({ direction }) => direction), [0, 1]);
  });
});

describe("log lines", () => {
  test("with their times and directions", () => {
    const { form, given } = read(`2026-11-22 12:00:00.250 INFO sending PDU ${SUBMIT}\n2026-11-22 12:00:00.300 INFO nothing here\n2026-11-22 12:00:00.375 DEBUG received: ${pairs("00000010800000040000000000000007").join(" ")} ok`);
    assert.equal(form, "log lines");
    assert.deepEqual(given.pieces.map(({ direction, time }) => [direction, time! % 60_000]), [[0, 250], [1, 375]]);
  });

  test("a dump of Kannel, over several lines", () => {
    const line = (text: string) => `2026-11-22 12:00:00 [1] [6] DEBUG:   ${text}`;
    const rows = SUBMIT.match(/.{1,32}/g)!.map((row) => line(`data: ${pairs(row).join(" ").padEnd(47)}   ${"........"}`));
    const { hex } = read([line("Octet string at 0x81ab3d0:"), line("len:  55"), ...rows, line("Octet string dump ends.")].join("\n"));
    assert.equal(hex, SUBMIT);
  });

  test("a line that has less than a header is counted; other numbers with leading zeros are not", () => {
    const notes = (line: string) => read(`tx ${SUBMIT}\n${line}`).given.notes;
    for (const cut of ["0000001080000004", SUBMIT.slice(0, 24), SUBMIT.slice(0, 30)]) assert.match(notes(`rx ${cut}`).join(), /^1 PDU was left out/, cut);
    for (const line of ["", "order 000012340012", "id 0000123480123456", "rx 00000010"]) assert.deepEqual(notes(line), [], line);
  });

  test("a PDU in JSON beside an array", () => assert.equal(read(`{"ids":[1, 2, 3, 4, 5],"hex":"${SUBMIT}"}`).hex, SUBMIT));

  test("a PDU in JSON", () => {
    assert.equal(read(`{"level":"debug","msg":"pdu","hex":"${SUBMIT}"}`).hex, SUBMIT);
  });
});

describe("what can't be read gets a helpful sentence", () => {
  test("nothing", () => assert.match(refusal(() => readText(" \n ")), /nothing to read yet\. Paste hex/));
  test("an empty file", () => assert.match(refusal(() => file("")), /is empty/));
  test("too few digits", () => assert.match(refusal(() => readText("0000")), /only 4 hex digits: a PDU has at least 16 octets/));
  test("nearly hex", () => assert.match(refusal(() => readText(`${SUBMIT.slice(0, 40)}zz${SUBMIT.slice(40)}`)), /“z” at character 41 is no hex digit/));
  test("a novel", () => assert.match(refusal(() => readText("It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness. ".repeat(200))), /reads like prose/));
  test("padding without end", () => assert.match(refusal(() => readText(`${"=".repeat(3_000_000)}!`)), /no PDU was found/));
  test("a word that could be base64", () => assert.match(refusal(() => readText("Decoder")), /no PDU was found/));
  for (const signs of [", ", "[]", "- -", "()", "<<>>", "\"\"", "0x", "*\n*", "::"]) test(`signs alone: ${JSON.stringify(signs)}`, () => assert.match(refusal(() => readText(signs)), /no PDU was found|only .* hex digits/));
  test("a PNG", () => assert.match(refusal(() => file(octets("89504e470d0a1a0a0000000d49484452"))), /PNG picture/));
  test("a ZIP", () => assert.match(refusal(() => file(octets("504b030414000000080000"))), /ZIP archive/));
  test("more text than one pastes", () => assert.match(refusal(() => readText("00".repeat(7_000_000))), /14 MB of text; up to 4.0 MB are read/));
  test("100 MB", () => assert.match(refusal(() => file(new Uint8Array(100_000_000))), /100 MB; up to 64 MB are read\. .*tshark/));
  test("noise", () => assert.match(refusal(() => file(Uint8Array.from({ length: 4_096 }, (_, i) => (i * 167 + 129) & 0xff | 0x80))), /neither a capture nor text/));
});

describe("files", () => {
  test("a text file with hex", () => assert.equal(hex(file(`${SUBMIT}\n`).pieces[0]!.octets), SUBMIT));
  test("a text file in UTF-16", () => {
    const text = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(SUBMIT, "utf16le")]);
    assert.equal(hex(file(Uint8Array.from(text)).pieces[0]!.octets), SUBMIT);
  });
  test("octets as they are", () => {
    const given = file(octets(SUBMIT + ENQUIRE));
    assert.deepEqual([given.form, hex(given.pieces[0]!.octets)], ["octets", SUBMIT + ENQUIRE]);
  });
});
