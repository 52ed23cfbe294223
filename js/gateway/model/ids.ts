/**
 * Ids of messages: `<ulid>-<account>-<link>`, with `-<jurisdiction>` after it if the account has one. The ULID comes first, so that ids
 * sort by time over all links, and has the number of the message's row; the rest names the Durable Object that holds the message. So a
 * message is found without an index.
 */

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** Each two digits. */
const PAIRS = Array.from({ length: 1024 }, (_, i) => ALPHABET[i >> 5]! + ALPHABET[i & 31]!);
const RANDOM = 16;
/** The digits of a ULID. */
export const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const ID = /^([0-7][0-9a-hjkmnp-tv-z]{25})-([a-z0-9_]{1,32})-(\d{1,2})(?:-([a-z-]{2,16}))?$/;

/** Where a message is: link number `link` of `account`. */
export interface Place {
  account: string;
  link: number;
  /** Where Cloudflare keeps the link's object, if that was asked for: another jurisdiction is another object. */
  jurisdiction?: string;
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

/** Digits of a ULID's random part that hold a row's number, and those that are random. */
const NUMBER = 9;
const TAG = RANDOM - NUMBER;
const TAGS = 32 ** TAG;

/** Random numbers for the next tags: one call of the platform makes many as fast as one. */
const randomWords = new Uint32Array(256);
let randomLeft = 0;

/** A random tag: what makes the id of a row hard to guess. */
export function randomTag(): number {
  if (randomLeft === 0) {
    crypto.getRandomValues(randomWords);
    randomLeft = randomWords.length;
  }
  randomLeft -= 2;
  return ((randomWords[randomLeft]! & 7) * 0x1_0000_0000 + randomWords[randomLeft + 1]!) % TAGS;
}

/** The ULID of the row `n` that was made at `time`: ids ascend with numbers as long as times do. */
export function rowUlid(time: number, n: number, tag: number): string {
  return timeDigits(time) + base32(n, NUMBER) + base32(tag, TAG);
}

/** What {@link rowUlid} put into a ULID. Of other ULIDs it is nothing of meaning. */
export function rowOf(ulid: string): { time: number; n: number; tag: number } {
  return { time: timeOf(ulid), n: parse32(ulid, 10, 10 + NUMBER), tag: parse32(ulid, 10 + NUMBER, 26) };
}

/** The ULID of message `index` of a request that an earlier version admitted: the same one whenever the request is repeated. */
export async function repeatableUlid(time: number, nonce: string, index: number): Promise<string> {
  const octets = new TextEncoder().encode(`${nonce}/${index}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
  return timeDigits(time) + text(digits(digest.subarray(0, RANDOM)));
}

/** The ULID of message `index` of the request `nonce`, for a link that still runs code which takes the ids that it is given. */
export function requestUlid(nonce: string, index: number): string {
  return nonce.slice(0, 10 + NUMBER) + base32((parse32(nonce, 10 + NUMBER, 26) + index) % TAGS, TAG);
}

export function messageId(ulid: string, place: Place): string {
  return `${ulid}-${place.account}-${place.link}${place.jurisdiction === undefined ? "" : `-${place.jurisdiction}`}`;
}

/** The parts of a message's id; undefined if it isn't one. */
export function parseId(id: string): (Place & { ulid: string }) | undefined {
  const match = ID.exec(id);
  return match ? { ulid: match[1]!, ...place(match[2]!, match[3]!, match[4]) } : undefined;
}

/** The name of the Durable Object at `place`. */
export function linkName(place: Place): string {
  return `${place.account}/${place.link}${place.jurisdiction === undefined ? "" : `/${place.jurisdiction}`}`;
}

export function parseLinkName(name: string): Place | undefined {
  const match = /^([a-z0-9_]{1,32})\/(\d{1,2})(?:\/([a-z-]{2,16}))?$/.exec(name);
  return match ? place(match[1]!, match[2]!, match[3]) : undefined;
}

export function isSamePlace(a: Place, b: Place): boolean {
  return a.account === b.account && a.link === b.link && a.jurisdiction === b.jurisdiction;
}

function place(account: string, link: string, jurisdiction: string | undefined): Place {
  return { account, link: Number(link), ...(jurisdiction === undefined ? {} : { jurisdiction }) };
}

/** The time of a ULID, or of an id that starts with one. */
export function timeOf(id: string): number {
  return parse32(id, 0, 10);
}

/** The least ULID of a time. */
export function ulidFrom(time: number): string {
  return timeDigits(Math.max(0, time)) + "0".repeat(RANDOM);
}

let lastDigits = { time: 0, digits: "0".repeat(10) };

/** Most ids are made in the millisecond of the one before. */
function timeDigits(time: number): string {
  if (time !== lastDigits.time) lastDigits = { time, digits: base32(time, 10) };
  return lastDigits.digits;
}

function base32(value: number, length: number): string {
  const odd = length % 2;
  let out = odd === 0 ? "" : ALPHABET[value % 32]!;
  let rest = odd === 0 ? value : Math.floor(value / 32);
  for (; out.length < length; rest = Math.floor(rest / 1024)) out = PAIRS[rest % 1024]! + out;
  return out;
}

function parse32(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = value * 32 + ALPHABET.indexOf(text[i]!);
  return value;
}

function digits(octets: Uint8Array): number[] {
  return Array.from(octets, (octet) => octet & 31);
}

function text(values: number[]): string {
  return values.map((value) => ALPHABET[value]).join("");
}
