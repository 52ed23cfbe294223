// From a text or a file to PDUs, or to what else it is: the one way that the page and the command take.

import { readFile } from "../input/file.ts";
import { Lossy, Refusal, type Given } from "../input/given.ts";
import { fit } from "../input/locate.ts";
import { readText } from "../input/text.ts";
import type { Entry } from "./entry.ts";
import { findingIn, receiptsIn, statusesWithin, statusIn, type Finding } from "./finding.ts";
import { readEntries } from "./read.ts";

export interface Reading {
  /** What the input was taken for, in words. */
  form: string;
  entries: Entry[];
  /** What was found in an input that has no PDU. */
  findings: Finding[];
  streams: string[];
  directed: boolean;
  notes: string[];
}

const FORMS: Record<Finding["kind"], string> = { status: "command_status", receipt: "text of a delivery receipt", udh: "user data header", tpdu: "TPDU of GSM" };

/** Reads a text of any form. Throws a `Refusal` if nothing can be found in it. Yields how far it has come, as a part of 1. */
export function* readingOfText(text: string): Generator<number, Reading> {
  const status = statusIn(text);
  if (status.length > 0) return found(status);
  yield 0;
  return yield* readingOf(() => readText(text), text);
}

/** The same for the octets of a file, which may also be a capture. */
export function* readingOfFile(octets: Uint8Array, ports: number[]): Generator<number, Reading> {
  // No capture is so short, nor has it only characters.
  const text = octets.length <= 100_000 && octets.every((octet) => octet >= 9 && octet !== 0x7f) ? new TextDecoder().decode(octets) : "";
  const status = statusIn(text);
  if (status.length > 0) return found(status);
  const work = readFile(octets, ports);
  let step: IteratorResult<number, Given> | undefined;
  const given = yield* (function* () {
    try {
      for (step = work.next(); !step.done; step = work.next()) yield step.value / 4;
      return step.value;
    } catch (error) {
      return error as Error;
    }
  })();
  return yield* readingOf(() => {
    if (given instanceof Error) throw given;
    return given;
  }, text);
}

function* readingOf(source: () => Given, text: string): Generator<number, Reading> {
  let given: Given;
  try {
    given = source();
  } catch (error) {
    const findings = error instanceof Refusal && !(error instanceof Lossy) ? instead(text) : [];
    if (findings.length === 0) throw error;
    return found(findings);
  }
  const [only] = given.pieces;
  if (given.pieces.length === 1 && given.streams.length === 0 && fit(only!.octets) === 0) {
    const finding = findingIn(only!.octets);
    if (finding) return found([finding]);
  }
  return yield* readingOfGiven(given);
}

/** The PDUs of what was read before. */
export function* readingOfGiven(given: Given): Generator<number, Reading> {
  const work = readEntries(given);
  for (let step = work.next(); ; step = work.next()) {
    if (step.done) return { form: given.form, entries: step.value, findings: [], streams: given.streams, directed: given.directed, notes: given.notes };
    yield 0.25 + step.value * 0.75;
  }
}

/** What a text without octets may say. */
function instead(text: string): Finding[] {
  const receipts = receiptsIn(text);
  return receipts.length > 0 ? receipts : statusesWithin(text);
}

function found(findings: Finding[]): Reading {
  return { form: FORMS[findings[0]!.kind], entries: [], findings, streams: [], directed: false, notes: [] };
}
