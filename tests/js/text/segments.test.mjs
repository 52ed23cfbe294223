// countSegments, and what sendSms sends, beside Twilio's sms-segments-calculator.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { connect } from "smpp-edge";
import { countSegments } from "smpp-edge/decoder";
import { createSimulator } from "smpp-edge/server";
import calculator from "sms-segments-calculator";

const languages = Object.entries(JSON.parse(readFileSync(new URL("../../vectors/text/sentences.json", import.meta.url), "utf8")));

/** Each sentence alone, each two, all three, and these four times over. */
const sentences = languages.flatMap(([, [a, b, c]]) => [a, b, c, `${a} ${b}`, `${b} ${c}`, `${c} ${a}`, `${a} ${b} ${c}`, `${a} ${b} ${c} `.repeat(4)]);

/** So many of a character, at and around every length where the number of segments changes, and 134 and 140. */
const lengths = [1, 66, 67, 68, 69, 70, 71, 72, 76, 77, 80, 81, 133, 134, 135, 139, 140, 141, 152, 153, 154, 159, 160, 161, 200, 201, 202, 305, 306, 307, 459, 460];
const boundaries = ["a", "é", "€", "[", "\f", "я", "中", "😀"].flatMap((char) => lengths.map((length) => char.repeat(length)));

/** Something of two septets or units across each boundary, in a text that goes on and in one that ends there. */
const across = [
  ...["€", "{", "~"].flatMap((char) => [151, 152, 153, 158, 159, 160, 304, 305, 306].map((length) => ["x".repeat(length), char])),
  ...["😀", "e\u0301", "👍🏿", "🇩🇪"].flatMap((char) => [63, 64, 65, 66, 67, 68, 69, 70, 131, 132, 133].map((length) => ["я".repeat(length), char])),
].flatMap(([filler, char]) => [filler + char, filler + char + filler]);

/** Encoding and units a segment, as Twilio's calculator has them for the composed text: it composes nothing itself. */
function twilio(given) {
  const text = given.normalize("NFC");
  const message = new calculator.SegmentedMessage(text);
  const units = (segment) => Array.from(segment).reduce((sum, char) => sum + (char.codeUnits?.length ?? 0), 0);
  return { encoding: message.getEncodingName() === "GSM-7" ? "gsm7" : "ucs2", segments: message.segments.map(units) };
}

/** The same of ours. */
function ours(text) {
  const { encoding, parts } = countSegments(text);
  const width = encoding === "ucs2" ? 2 : 1;
  return { encoding, segments: parts.map(({ octets, udh }) => (octets.length - (udh?.length ?? 0)) / width) };
}

describe("countSegments and Twilio's calculator", () => {
  test("agree on sentences in 44 languages", () => {
    assert.ok(languages.length >= 30 && new Set(sentences).size >= 300);
    for (const text of sentences) assert.deepEqual(ours(text), twilio(text), text);
  });

  test("agree on every boundary length", () => {
    for (const text of boundaries) assert.deepEqual(ours(text), twilio(text), `${text[0]} × ${text.length}`);
  });

  test("agree where an escape, a surrogate pair or a cluster stands on the boundary", () => {
    for (const text of across) assert.deepEqual(ours(text), twilio(text), text);
  });

  test("agree on the alphabet, character by character", () => {
    const differ = [];
    for (let unit = 0; unit < 0x10000; unit++) {
      if (unit >= 0xd800 && unit <= 0xdfff) continue;
      const text = String.fromCharCode(unit);
      if (countSegments(text).encoding !== twilio(text).encoding) differ.push(text);
    }
    assert.deepEqual(differ, []);
  });

  /** Text, what the calculator says, what we say, and why. */
  const disagreements = [
    [`a${"\u0301".repeat(200)}`, { encoding: "ucs2", segments: [0, 200] }, { encoding: "ucs2", segments: [67, 66, 67] },
      "a cluster longer than a segment is cut by us; the calculator leaves it whole, which no message can carry"],
  ];
  for (const [text, theirs, own, why] of disagreements) {
    test(`disagree: ${why}`, () => {
      assert.deepEqual(twilio(text), theirs);
      assert.deepEqual(ours(text), own);
    });
  }
});

describe("sendSms", () => {
  let simulator;
  let smpp;
  before(async () => {
    simulator = await createSimulator({ port: 0, maxMessages: 100_000 });
    smpp = await connect(simulator.url);
  });
  after(async () => {
    await smpp.close();
    await simulator.close();
  });

  test("sends what countSegments counts, octet for octet", async () => {
    for (const text of [...sentences, ...boundaries, ...across]) {
      const reference = 0x5a;
      const seen = simulator.messages().length;
      const { encoding, parts } = countSegments(text, { reference });
      const sent = await smpp.sendSms({ from: "12345", to: "+15551230000", text, reference });
      assert.equal(sent.encoding, encoding);
      assert.equal(sent.segments.length, parts.length);
      const octets = simulator.messages().slice(seen).map((message) => Buffer.from(message.octets).toString("hex"));
      assert.deepEqual(octets, parts.map((part) => Buffer.from(part.octets).toString("hex")), text);
    }
  });
});
