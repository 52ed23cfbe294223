// When a PDU was seen and which way it went, by the words around it.

const DATE = /\b(\d{4})[-/](\d\d)[-/](\d\d)[T ,]+(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?/;
const EPOCH = /\b(?:Epoch (?:Arrival )?Time: *)?(1\d{9})\.(\d{3,9})\b/;
const CLOCK = /(?:^|[\s[])(\d\d):(\d\d):(\d\d)[.,](\d{1,9})\b/m;
const TO_US = /<<|<-|\b(?:received?|receiving|recv|read(?:ing)?|in(?:coming|bound)?|rx|got|from server)\b/i;
const FROM_US = />>|->|\b(?:sen[dt]|sending|out(?:going|bound)?|tx|wr[io]te|writing|written|to server)\b/i;

/** Milliseconds since 1970, or since midnight where there is no date; undefined if the text has no time. */
export function timeOf(text: string): number | undefined {
  const date = DATE.exec(text);
  if (date) {
    const [year, month, day, hour, minute, second] = date.slice(1, 7).map(Number) as [number, number, number, number, number, number];
    return Date.UTC(year, month - 1, day, hour, minute, second) + fraction(date[7]);
  }
  const epoch = EPOCH.exec(text);
  if (epoch) return Number(epoch[1]) * 1_000 + fraction(epoch[2]);
  const clock = CLOCK.exec(text);
  return clock ? ((Number(clock[1]) * 60 + Number(clock[2])) * 60 + Number(clock[3])) * 1_000 + fraction(clock[4]) : undefined;
}

/** The text without its time, whose digits could be taken for octets. */
export function withoutTime(text: string): string {
  return text.replace(DATE, "");
}

/** 1 for what came in; 0 for what went out, and where the words don't say. */
export function directionOf(text: string): 0 | 1 {
  return TO_US.test(text) && !FROM_US.test(text) ? 1 : 0;
}

/** Times that go backwards are no times of packets: some programs print the time since the packet before. */
export function keepTimes(pieces: { time?: number | undefined }[]): void {
  const times = pieces.map(({ time }) => time);
  const sound = times.every((time, i) => time !== undefined && (i === 0 || time >= times[i - 1]!));
  if (!sound) for (const piece of pieces) delete piece.time;
}

function fraction(digits = "0"): number {
  return Number(`0.${digits}`) * 1_000;
}
