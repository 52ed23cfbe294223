import { fromHex, toHex } from "../../model/hex.ts";
import type { Database } from "../database.ts";

/** How long an incomplete message waits for its other segments; an SMSC may take its time after a lost link. */
const PATIENCE = 3_600_000;
/** How long repeats of a joined message's segments are recognised: the SMSC may not have seen the last response. */
const REMEMBERED = 3_600_000;
/** How long a message waits that is whole with a segment which may be a repeat of an earlier message's. */
const DOUBT = 10_000;
/** Rows that one call of {@link InboundSegments.overdue} looks at. */
const SCAN = 2_000;

/** The column `done`: the segment waits for others; its message was joined or given up; it waits, and may be a repeat of one that is done. */
const OPEN = 0;
const DONE = 1;
const REPEAT = 2;

/** A segment of a long message as it came in. */
export interface InboundSegment {
  /** Equal for all segments of one message; a sender that uses its reference again makes another message of the same key. */
  key: string;
  /** Equal where the SMSC repeats the segment. */
  digest: string;
  total: number;
  /** Which one it is, from 1. */
  part: number;
  pdu: Uint8Array;
}

type Row = { generation: number; part: number; digest: string; done: number };
/** One message of those with a key. */
type Generation = { key: string; generation: number };

/**
 * Segments of long inbound messages, each stored before it is acknowledged. The messages of one key follow each other as generations. A
 * generation collects segments until all are there, or for an hour; then it is done, and only its digests stay for a while.
 *
 * A segment that equals one of a generation that is done is a repeat by the SMSC, or the same text in another message. It is kept until a
 * different one of its number takes its place. A generation that is whole with such a segment waits a little for that one, or for the
 * next segment of its key; a generation that has only repeats is dropped.
 */
export class InboundSegments {
  readonly #db: Database;
  /** How far {@link overdue} got. */
  #lookedTo = "";
  /** Whole with a segment that may be a repeat, and since when. After a restart they wait as long as incomplete ones. */
  readonly #doubtful = new Map<string, Generation & { since: number }>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Stores a segment; returns the PDUs of the messages that are whole now, by message. */
  add(segment: InboundSegment, now: number): Uint8Array[][] {
    const { key, digest, total, part } = segment;
    const rows = this.#db.all<Row>("SELECT generation, part, digest, done FROM inbound_segments WHERE key = ? ORDER BY generation, part", key);
    const open = rows.filter(({ done }) => done !== DONE);
    const known = rows.some((row) => row.done === DONE && row.part === part && row.digest === digest);
    const doubtful = open.find(({ generation }) => open.filter((row) => row.generation === generation).length >= total);
    const replaces = (row: Row) => row.part === part && row.done === REPEAT && row.digest !== digest;
    if (doubtful && (known || !open.some((row) => row.generation === doubtful.generation && replaces(row)))) {
      // What comes now is of the next message.
      return [this.#finish({ key, generation: doubtful.generation }, now), ...this.add(segment, now)];
    }
    if (open.some((row) => row.part === part && row.digest === digest)) return [];
    const found = open.find(({ generation }) => open.every((row) => row.generation !== generation || row.part !== part || replaces(row)));
    // A repeat begins nothing while a message is on its way: that has a segment of this number already.
    if (!found && known && open.length > 0) return [];
    const own = { key, generation: found?.generation ?? (rows.at(-1)?.generation ?? 0) + 1 };
    const done = known ? REPEAT : OPEN;
    this.#db.exec("INSERT OR REPLACE INTO inbound_segments (key, generation, part, digest, at, done, pdu) VALUES (?, ?, ?, ?, ?, ?, ?)",
      key, own.generation, part, digest, now, done, toHex(segment.pdu));
    const parts = [...open.filter((row) => row.generation === own.generation && row.part !== part), { generation: own.generation, part, digest, done }];
    if (parts.length < total) return [];
    if (parts.every((row) => row.done === OPEN) || isAgain(rows, parts)) return [this.#finish(own, now)];
    if (parts.some((row) => row.done === OPEN)) this.#doubtful.set(nameOf(own), { ...own, since: now });
    else this.#drop(own);
    return [];
  }

  /** The PDUs of messages whose missing segments did not come in time, by message. What is remembered for long enough goes. */
  overdue(now: number): Uint8Array[][] {
    const late = new Map<string, Generation>();
    for (const [name, { since, ...own }] of this.#doubtful) if (since < now - DOUBT) late.set(name, own);
    const rows = this.#db.all<Row & { key: string; at: number }>(
      "SELECT key, generation, part, digest, at, done FROM inbound_segments WHERE key > ? ORDER BY key, generation, part LIMIT ?", this.#lookedTo, SCAN);
    this.#lookedTo = rows.length < SCAN ? "" : rows.at(-1)!.key;
    for (const { key, generation, part, at, done } of rows) {
      if (done === DONE && at < now - REMEMBERED) this.#db.exec("DELETE FROM inbound_segments WHERE key = ? AND generation = ? AND part = ?", key, generation, part);
      else if (done !== DONE && at < now - PATIENCE) late.set(nameOf({ key, generation }), { key, generation });
    }
    return Array.from(late.values(), (own) => this.#giveUp(own, now)).filter((pdus) => pdus.length > 0);
  }

  /** The PDUs of a message that waits no longer; none if all of them are repeats. */
  #giveUp(own: Generation, now: number): Uint8Array[] {
    const isNew = this.#db.first("SELECT 1 FROM inbound_segments WHERE key = ? AND generation = ? AND done = ?", own.key, own.generation, OPEN) !== undefined;
    if (isNew) return this.#finish(own, now);
    this.#drop(own);
    return [];
  }

  #finish(own: Generation, now: number): Uint8Array[] {
    const { key, generation } = own;
    this.#doubtful.delete(nameOf(own));
    const pdus = this.#db.all<{ pdu: string }>("SELECT pdu FROM inbound_segments WHERE key = ? AND generation = ? ORDER BY part", key, generation);
    this.#db.exec("UPDATE inbound_segments SET done = ?, at = ?, pdu = '' WHERE key = ? AND generation = ?", DONE, now, key, generation);
    return pdus.map(({ pdu }) => fromHex(pdu));
  }

  #drop({ key, generation }: Generation): void {
    this.#db.exec("DELETE FROM inbound_segments WHERE key = ? AND generation = ?", key, generation);
  }
}

/** Whether repeats are an earlier message once more, and none by the SMSC: another one of the key was joined since. */
function isAgain(rows: Row[], parts: Row[]): boolean {
  const before = rows.filter(({ done }) => done === DONE);
  const holds = (generation: number) => parts.every(({ part, digest }) => before.some((row) => row.generation === generation && row.part === part && row.digest === digest));
  return before.some(({ generation }) => holds(generation)) && !holds(before.at(-1)!.generation);
}

function nameOf({ key, generation }: Generation): string {
  return `${generation} ${key}`;
}
