// Writes segments.json: what Twilio's sms-segments-calculator makes of the sentences and of lengths around each boundary, composed (NFC) as
// they are sent.
// npm install --no-save sms-segments-calculator@1.3.0 && node tests/vectors/text/segments.mjs
import { readFileSync, writeFileSync } from "node:fs";
import calculator from "sms-segments-calculator";

const here = (name) => new URL(name, import.meta.url);
const sentences = Object.values(JSON.parse(readFileSync(here("sentences.json"), "utf8"))).flat();

/** [text, times it is repeated] */
const cases = sentences.flatMap((text) => [1, 2, 3, 5, 9].map((times) => [`${text} `, times]));
for (const unit of ["a", "é", "€", "[", "я", "中", "😀"]) {
  for (const times of [1, 35, 66, 67, 68, 70, 71, 76, 77, 80, 81, 134, 135, 140, 153, 154, 160, 161, 201, 202, 306, 307, 459, 460]) {
    cases.push([unit, times]);
  }
}
const ends = { "€": [152, 153, 159, 160], "😀": [65, 66, 67, 69, 70], "e\u0301": [66, 69], "👍🏿": [63, 64, 65, 68] };
for (const [end, lengths] of Object.entries(ends)) {
  for (const length of lengths) {
    // A character that does not fit where it comes, in text that goes on.
    const filler = end === "€" ? "x" : "я";
    cases.push([filler.repeat(length) + end + filler.repeat(100), 1]);
  }
}

const lines = cases.map(([text, times]) => {
  const message = new calculator.SegmentedMessage(text.repeat(times).normalize("NFC"));
  const units = message.segments.map((segment) =>
    Array.from(segment).reduce((sum, char) => sum + (char.codeUnits?.length ?? 0), 0));
  return JSON.stringify([text, times, message.getEncodingName(), units]);
});
writeFileSync(here("segments.json"), `[\n${lines.join(",\n")}\n]\n`);
