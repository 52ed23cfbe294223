// Log lines with hex in them. A PDU may go on over several lines, as in Kannel's dumps.

import { count, type Given, type Piece } from "./given.ts";
import { fromHex } from "./hex.ts";
import { looksLikeHeader } from "./locate.ts";
import { directionOf, keepTimes, timeOf, withoutTime } from "./moment.ts";

/** At least four octets, with at most one sign, or a dash between spaces, between two. */
const RUN = /(?<![0-9a-z])(?:0x|\\x)?[0-9a-f]{2}(?:(?:[ :,|-]| - | {2}|, )?(?:0x)?[0-9a-f]{2}){3,}(?![0-9a-z])/gi;
/** A command_length and a command_id, which something other than a PDU hardly begins with. */
const BEGINNING = /^000[01][0-9a-f]{4}[08]0000[0-9a-f]{3}/i;
/** The lines in front of a PDU that may say which way it went. */
const WORDS_BEFORE = 3;

/** PDUs in the lines of a log; undefined if no line has any. */
export function fromLog(text: string): Given | undefined {
  const pieces: Piece[] = [];
  let digits = "";
  let wanted = 0;
  let begun: Omit<Piece, "octets"> | undefined;
  let before: string[] = [];
  let left = 0;
  let short = 0;
  const finish = () => {
    // A number behind the octets, as of how many they are, is no octet.
    if (digits.length > wanted && digits.length - wanted < 8) {
      left++;
      digits = digits.slice(0, wanted);
    }
    if (begun && digits.length >= 32) pieces.push({ ...begun, octets: fromHex(digits) });
    else if (BEGINNING.test(digits)) short++;
    begun = undefined;
    digits = "";
  };
  for (const line of text.split(/\r?\n/)) {
    for (const match of withoutTime(line).matchAll(RUN)) {
      const more = match[0].replace(/0x|[^0-9a-f]/gi, "");
      if (begun && digits.length < wanted) {
        digits += more;
      } else if (/^000[01][0-9a-f]{4}[08]0/i.test(more)) {
        finish();
        digits = more;
        begun = { time: timeOf(line), stream: 0, direction: directionAt(line, before), gap: true };
        wanted = Number.parseInt(digits.slice(0, 8), 16) * 2;
        before = [];
      }
    }
    before.push(line);
    if (before.length > WORDS_BEFORE) before.shift();
  }
  finish();
  const found = pieces.filter(({ octets }) => looksLikeHeader(octets));
  if (found.length === 0) return undefined;
  keepTimes(found);
  const notes = [
    ...(left > 0 ? [`Digits behind ${count(left, "PDU", "PDUs")} were left out: command_length says that it ends before them.`] : []),
    ...(short > 0 ? [`${count(short, "PDU was", "PDUs were")} left out: the log has fewer than the 16 octets of a header.`] : []),
  ];
  return { form: "log lines", pieces: found, streams: [], directed: found.some(({ direction }) => direction === 1), notes };
}

/** By the words of the line, or else of the nearest line before it. */
function directionAt(line: string, before: string[]): 0 | 1 {
  const words = [line, ...before.slice().reverse()];
  return directionOf(words.find((one) => directionOf(one) === 1 || /\b(?:sen[dt]|sending|tx|out\w*|wr[io]te)\b|>>|->/i.test(one)) ?? "");
}
