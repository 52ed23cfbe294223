import { fromHex, toHex } from "../../model/hex.ts";
import type { Database } from "../database.ts";

/** How long an incomplete message waits for its other segments; an SMSC may take its time after a lost link. */
const PATIENCE = 3_600_000;
/** How long repeats of a joined message's segments are recognised: the SMSC may not have seen the last response. */
const REMEMBERED = 3_600_000;
/** Rows that one call of {@link InboundSegments.overdue} looks at. */
const SCAN = 2_000;

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

/**
 * Segments of long inbound messages, each stored before it is acknowledged. The messages of one key follow each other as generations. A
 * generation collects segments until all are there, or for an hour; then it is done, and only its digests stay for a while.
 */
export class InboundSegments {
  readonly #db: Database;
  /** How far {@link overdue} got. */
  #lookedTo = "";

  constructor(db: Database) {
    this.#db = db;
  }

  /** Stores a segment; returns the PDUs of its message if that is whole now. */
  add(segment: InboundSegment, now: number): Uint8Array[] | undefined {
    const { key, digest, total, part } = segment;
    const rows = this.#db.all<Row>("SELECT generation, part, digest, done FROM inbound_segments WHERE key = ? ORDER BY generation, part", key);
    if (rows.some((row) => row.part === part && row.digest === digest)) return undefined;
    const open = rows.filter((row) => row.done === 0);
    const generation = open.find((row) => !open.some((other) => other.generation === row.generation && other.part === part))?.generation
      ?? (rows.at(-1)?.generation ?? 0) + 1;
    this.#db.exec("INSERT INTO inbound_segments (key, generation, part, digest, at, done, pdu) VALUES (?, ?, ?, ?, ?, 0, ?)",
      key, generation, part, digest, now, toHex(segment.pdu));
    const there = open.filter((row) => row.generation === generation).length + 1;
    return there < total ? undefined : this.#finish(key, generation, now);
  }

  /** The PDUs of messages whose missing segments did not come in time, by message. What is remembered for long enough goes. */
  overdue(now: number): Uint8Array[][] {
    const rows = this.#db.all<{ key: string; generation: number; part: number; at: number; done: number }>(
      "SELECT key, generation, part, at, done FROM inbound_segments WHERE key > ? ORDER BY key, generation, part LIMIT ?", this.#lookedTo, SCAN);
    this.#lookedTo = rows.length < SCAN ? "" : rows.at(-1)!.key;
    const late = new Map<string, { key: string; generation: number }>();
    for (const { key, generation, part, at, done } of rows) {
      if (done === 1 && at < now - REMEMBERED) this.#db.exec("DELETE FROM inbound_segments WHERE key = ? AND generation = ? AND part = ?", key, generation, part);
      else if (done === 0 && at < now - PATIENCE) late.set(`${generation} ${key}`, { key, generation });
    }
    return Array.from(late.values(), ({ key, generation }) => this.#finish(key, generation, now));
  }

  #finish(key: string, generation: number, now: number): Uint8Array[] {
    const pdus = this.#db.all<{ pdu: string }>("SELECT pdu FROM inbound_segments WHERE key = ? AND generation = ? ORDER BY part", key, generation);
    this.#db.exec("UPDATE inbound_segments SET done = 1, at = ?, pdu = '' WHERE key = ? AND generation = ?", now, key, generation);
    return pdus.map(({ pdu }) => fromHex(pdu));
  }
}
