/**
 * Ids of messages: `<ulid>-<account>-<link>`. The ULID comes first, so that ids sort by time over all links; the rest says
 * which Durable Object holds the message, so that it is found without an index.
 */

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const RANDOM = 16;
/** The digits of a ULID. */
export const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const ID = /^([0-7][0-9a-hjkmnp-tv-z]{25})-([a-z0-9_]{1,32})-(\d{1,2})$/;

/** Where a message is: link number `link` of `account`. */
export interface Place {
  account: string;
  link: number;
}

let lastTime = 0;
let lastRandom: number[] = [];

/** A new ULID; those made in one isolate ascend. */
export function ulid(now: number): string {
  if (now > lastTime) {
    lastTime = now;
    lastRandom = digits(crypto.getRandomValues(new Uint8Array(RANDOM)));
  } else {
    let i = RANDOM - 1;
    while (i >= 0 && lastRandom[i] === 31) lastRandom[i--] = 0;
    if (i >= 0) lastRandom[i]!++;
  }
  return timeDigits(lastTime) + text(lastRandom);
}

/** The ULID of message `index` of an idempotent request: the same one whenever the request is repeated. */
export async function repeatableUlid(time: number, nonce: string, index: number): Promise<string> {
  const octets = new TextEncoder().encode(`${nonce}/${index}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  return timeDigits(time) + text(digits(digest.subarray(0, RANDOM)));
}

export function messageId(ulid: string, place: Place): string {
  return `${ulid}-${place.account}-${place.link}`;
}

/** The parts of a message's id; undefined if it isn't one. */
export function parseId(id: string): (Place & { ulid: string }) | undefined {
  const match = ID.exec(id);
  return match ? { ulid: match[1]!, account: match[2]!, link: Number(match[3]) } : undefined;
}

/** The name of the Durable Object at `place`. */
export function linkName(place: Place): string {
  return `${place.account}/${place.link}`;
}

export function parseLinkName(name: string): Place | undefined {
  const match = /^([a-z0-9_]{1,32})\/(\d{1,2})$/.exec(name);
  return match ? { account: match[1]!, link: Number(match[2]) } : undefined;
}

/** The time of a ULID, or of an id that starts with one. */
export function timeOf(id: string): number {
  return Array.from(id.slice(0, 10), (digit) => ALPHABET.indexOf(digit)).reduce((time, digit) => time * 32 + digit, 0);
}

/** The least ULID of a time. */
export function ulidFrom(time: number): string {
  return timeDigits(Math.max(0, time)) + "0".repeat(RANDOM);
}

function timeDigits(time: number): string {
  let out = "";
  for (let i = 0; i < 10; i++) {
    out = ALPHABET[time % 32]! + out;
    time = Math.floor(time / 32);
  }
  return out;
}

function digits(octets: Uint8Array): number[] {
  return Array.from(octets, (octet) => octet & 31);
}

function text(values: number[]): string {
  return values.map((value) => ALPHABET[value]).join("");
}
