// Dumps that people showed in public, each with where that was. Numbers of subscribers are those of the source.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { internals } from "./source.ts";

interface Sample {
  source: string;
  what: string;
  text: string;
  /** A line for each PDU: command, sequence_number, status; ← from the server; faulty. */
  pdus?: string[];
  /** The title of what was found instead of PDUs. */
  finding?: string;
  /** The sentence with which it is refused. */
  refused?: string;
}

const samples = readFileSync(join(import.meta.dirname, "samples", "public.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Sample);
let page: Awaited<ReturnType<typeof internals>>;
before(async () => {
  page = await internals();
});

function read(text: string) {
  const work = page.readingOfText(text);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

describe("dumps from public material", () => {
  for (const { source, what, text, pdus, finding, refused } of samples) {
    test(`${source}: ${what}`, () => {
      if (refused !== undefined) return void assert.throws(() => read(text), (error: Error) => error.message.includes(refused));
      const { entries, findings } = read(text);
      if (finding !== undefined) return void assert.deepEqual(findings.map(({ title }) => title), [finding]);
      const lines = entries.map(({ command, sequence, statusName, direction, valid }) => [command === "" ? "octets" : command, sequence, statusName, ...(direction === 1 ? ["←"] : []), ...(valid ? [] : ["faulty"])].join(" "));
      assert.deepEqual(lines, pdus);
    });
  }
});
