// Log lines with hex in them. A PDU may go on over several lines, as in Kannel's dumps.

import { fromHex } from "./hex.ts";
import type { Given, Piece } from "./given.ts";
import { looksLikeHeader } from "./locate.ts";

/** At least four octets, with at most one sign between two. */
const RUN = /(?<![0-9a-z])(?:0x)?[0-9a-f]{2}(?:[ :,-]?(?:0x)?[0-9a-f]{2}){3,}(?![0-9a-z])/gi;
const TIME = /\b(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6}))?/;
const TO_US = /<<|<-|\b(?:received?|recv|in(?:coming|bound)?|rx|got)\b/i;
const FROM_US = />>|->|\b(?:sen[dt]|sending|out(?:going|bound)?|tx|wrote)\b/i;

/** PDUs in the lines of a log; undefined if no line has any. */
export function fromLog(text: string): Given | undefined {
  const pieces: Piece[] = [];
  let digits = "";
  let wanted = 0;
  let begun: Omit<Piece, "octets"> | undefined;
  const finish = () => {
    if (begun && digits.length >= 32) pieces.push({ ...begun, octets: fromHex(digits) });
    begun = undefined;
    digits = "";
  };
  for (const line of text.split(/\r?\n/)) {
    for (const [run] of line.replace(TIME, "").matchAll(RUN)) {
      const more = run.replace(/0x|[^0-9a-f]/gi, "");
      if (begun && digits.length < wanted) {
        digits += more;
      } else if (/^000[01][0-9a-f]{4}[08]0/i.test(more)) {
        finish();
        digits = more;
        begun = { time: timeOf(line), stream: 0, direction: TO_US.test(line) && !FROM_US.test(line) ? 1 : 0, gap: true };
        wanted = Number.parseInt(digits.slice(0, 8), 16) * 2;
      }
    }
  }
  finish();
  const found = pieces.filter(({ octets }) => looksLikeHeader(octets));
  if (found.length === 0) return undefined;
  return { form: "log lines", pieces: found, streams: [], directed: found.some(({ direction }) => direction === 1), notes: [] };
}

function timeOf(line: string): number | undefined {
  const match = TIME.exec(line);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second) + Number(`0.${match[7] ?? 0}`) * 1_000;
}
