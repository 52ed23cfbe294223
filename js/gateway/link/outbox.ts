import { addressText } from "../model/address.ts";
import { timeOf } from "../model/ids.ts";
import type { MessageInput } from "../model/input.ts";
import { STATUSES, type MessageError, type MessageStatus, type MessageView, type Part } from "../model/views.ts";

/** A message as it comes to its link. */
export interface NewMessage {
  id: string;
  input: MessageInput;
  encoding: string;
  segments: number;
  /** Name of the API key. */
  caller: string;
  due: number;
  expires: number | null;
}

/** A row that is due to be sent. */
export interface DueMessage {
  id: string;
  input: MessageInput;
  segments: number;
  due: number;
  expires: number | null;
  /** Times it was sent before. */
  attempts: number;
  created: number;
}

/** What a report means for its message. */
export interface SegmentReport {
  key: string;
  status: string;
  final: boolean;
  errorCode?: string | undefined;
  doneAt?: number | undefined;
}

/** What a report did: `known` with the message's id, and whether it said anything new. */
export interface Match {
  id: string;
  fresh: boolean;
}

export interface ListQuery {
  status?: MessageStatus | undefined;
  /** Recipient, without `+`. */
  to?: string | undefined;
  /** Only messages of this API key. */
  caller?: string | undefined;
  /** Only ids before this ULID. */
  before?: string | undefined;
  limit: number;
}

type Row = {
  id: string; status: MessageStatus; due: number; expires: number | null; input: string; encoding: string; segments: number; caller: string;
  error: string | null; moved: string | null; created: number; updated: number; history: string;
};
type SegmentRow = { message: string; number: number; message_id: string; status: string; report: string | null; final: number; error_code: string | null; done: number | null };

/** The states that nothing follows, a late report apart. */
const CLOSED = new Set<MessageStatus>(["delivered", "undeliverable", "expired", "rejected", "deleted", "skipped", "failed"]);

/** Adds a line to the history, as long as that is short: an SMSC may report for ever. */
const REMEMBER = "history = CASE WHEN json_array_length(history) < 100 THEN json_insert(history, '$[#]', json(?)) ELSE history END";

/** The messages of one link. Every change is told to `changed`, after the row was written. */
export class Outbox {
  readonly #sql: SqlStorage;
  readonly #changed: (id: string, status: MessageStatus, error?: MessageError) => void;
  #waiting: number;

  constructor(sql: SqlStorage, changed: (id: string, status: MessageStatus, error?: MessageError) => void) {
    this.#sql = sql;
    this.#changed = changed;
    this.#waiting = this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM messages WHERE status = 'queued'").one().n;
  }

  /** How many messages wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Adds what is not there yet. */
  insert(messages: NewMessage[], now: number): void {
    for (const message of messages) {
      const added = this.#sql.exec(
        `INSERT OR IGNORE INTO messages (id, status, due, expires, recipient, input, encoding, segments, caller, created, updated, history)
         VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING 1`,
        message.id, message.due, message.expires, addressText(message.input.to).replace(/^\+/, ""), JSON.stringify(message.input), message.encoding, message.segments,
        message.caller, timeOf(message.id), now, JSON.stringify([{ status: "queued", at: now }])).toArray().length > 0;
      if (!added) continue;
      this.#waiting++;
      this.#changed(message.id, "queued");
    }
  }

  /** Of `ids`, those that were ever here. */
  existing(ids: string[]): string[] {
    return ids.filter((id) => this.#row(id) !== undefined);
  }

  /** The messages to be sent now, the longest due first. */
  due(now: number, limit: number): DueMessage[] {
    return this.#sql.exec<Omit<DueMessage, "input"> & { input: string }>(
      `SELECT id, input, segments, due, expires, attempts, created FROM messages
       WHERE status = 'queued' AND due <= ? ORDER BY due, id LIMIT ?`, now, limit)
      .toArray().map((row) => ({ ...row, input: JSON.parse(row.input) as MessageInput }));
  }

  /** When the next message becomes due after `now`. */
  nextDue(now: number): number | undefined {
    return this.#sql.exec<{ due: number | null }>("SELECT min(due) AS due FROM messages WHERE status = 'queued' AND due > ?", now).one().due ?? undefined;
  }

  /** From here to the answer the message is in doubt: its octets may leave only behind this. */
  markSent(id: string, now: number): void {
    this.#move(id, "sent", now, undefined, {}, "attempts = attempts + 1");
  }

  /** The SMSC answered; what it took has its id. */
  answered(id: string, status: "accepted" | "failed" | "unknown", parts: { index: number; messageId: string; key: string; status: string }[], now: number, error?: MessageError): void {
    for (const part of parts) {
      this.#sql.exec("INSERT OR REPLACE INTO segments (message, number, message_id, key, status) VALUES (?, ?, ?, ?, ?)",
        id, part.index, part.messageId, part.key, part.status);
    }
    const messageId = parts.find((part) => part.messageId !== "")?.messageId;
    this.#move(id, status, now, error, messageId === undefined ? {} : { messageId });
  }

  /** The message came to its end, or to a doubt. */
  end(id: string, status: MessageStatus, now: number, error?: MessageError): void {
    this.#move(id, status, now, error);
  }

  /** Puts a message that did not leave, or was refused for now, back into the queue. */
  requeue(id: string, due: number, now: number, error?: MessageError): void {
    this.#move(id, "queued", now, error, {}, `due = ${Math.trunc(due)}`);
  }

  /** Ends what waited past its time. */
  expire(now: number): void {
    const rows = this.#sql.exec<{ id: string }>("SELECT id FROM messages WHERE status = 'queued' AND expires <= ? LIMIT 1000", now).toArray();
    for (const { id } of rows) this.#move(id, "expired", now, { detail: "Its validity ended before it could be sent" });
  }

  /** After a restart: what was on the wire is in doubt. */
  recover(now: number): void {
    const rows = this.#sql.exec<{ id: string }>("SELECT id FROM messages WHERE status = 'sent'").toArray();
    for (const { id } of rows) this.#move(id, "unknown", now, { detail: "The gateway was restarted before the SMSC answered" });
  }

  /** Where the message stands, and the link that has it now if not this one. */
  status(id: string): { status: MessageStatus | "moving" | "moved"; moved: string | null } | undefined {
    const row = this.#row(id);
    return row && { status: row.status, moved: row.moved };
  }

  view(id: string): Omit<MessageView, "account" | "link"> | undefined {
    const row = this.#row(id);
    return row && this.#view(row);
  }

  /** Messages with the newest first, without those that another link has now. */
  list(query: ListQuery): Omit<MessageView, "account" | "link">[] {
    const where = ["moved IS NULL"];
    const values: (string | number)[] = [];
    const add = (condition: string, value: string | undefined) => {
      if (value === undefined) return;
      where.push(condition);
      values.push(value);
    };
    add("status = ?", query.status);
    add("recipient = ?", query.to);
    add("caller = ?", query.caller);
    add("id < ?", query.before);
    return this.#sql.exec<Row>(`SELECT * FROM messages WHERE ${where.join(" AND ")} ORDER BY id DESC LIMIT ?`, ...values, query.limit)
      .toArray().map((row) => this.#view(row));
  }

  /** Applies a report to the segment it is for; undefined if it is not of this link. */
  report(report: SegmentReport, now: number): Match | undefined {
    // An SMSC may use an id again: then the latest message has it.
    if (report.key === "") return undefined;
    const segment = this.#sql.exec<SegmentRow>("SELECT * FROM segments WHERE key = ? ORDER BY final, message DESC LIMIT 1", report.key).toArray()[0];
    if (!segment) return undefined;
    const id = segment.message;
    if (segment.final === 1 || segment.report === report.status) return { id, fresh: false };
    this.#sql.exec("UPDATE segments SET report = ?, final = ?, error_code = ?, done = ? WHERE message = ? AND number = ?",
      report.status, report.final ? 1 : 0, report.errorCode ?? null, report.doneAt ?? null, id, segment.number);
    const row = this.#row(id);
    if (row) this.#reported(row, segment, report, now);
    return { id, fresh: true };
  }

  /** Takes waiting messages out of the queue to hand them to another link, and returns the ids of those that there is none for. */
  startMove(limit: number, to: (input: MessageInput) => string | undefined, now: number): string[] {
    const rows = this.#sql.exec<{ id: string; input: string }>("SELECT id, input FROM messages WHERE status = 'queued' ORDER BY due, id LIMIT ?", limit).toArray();
    const stuck: string[] = [];
    for (const { id, input } of rows) {
      const link = to(JSON.parse(input) as MessageInput);
      if (link === undefined) {
        stuck.push(id);
        continue;
      }
      this.#sql.exec("UPDATE messages SET status = 'moving', moved = ?, updated = ? WHERE id = ?", link, now, id);
      this.#waiting--;
    }
    return stuck;
  }

  /** What is on its way to another link, by link. */
  moving(limit: number): Map<string, NewMessage[]> {
    const rows = this.#sql.exec<Row>("SELECT * FROM messages WHERE status = 'moving' LIMIT ?", limit).toArray();
    const links = new Map<string, NewMessage[]>();
    for (const row of rows) {
      const { id, encoding, segments, caller, due, expires } = row;
      const message = { id, encoding, segments, caller, due, expires, input: JSON.parse(row.input) as MessageInput };
      links.set(row.moved!, [...(links.get(row.moved!) ?? []), message]);
    }
    return links;
  }

  /** The other link has them. */
  endMove(ids: string[]): void {
    for (const id of ids) this.#sql.exec("UPDATE messages SET status = 'moved' WHERE id = ? AND status = 'moving'", id);
  }

  /** The other link does not take them, and did not. */
  undoMove(ids: string[]): void {
    for (const id of ids) {
      this.#sql.exec("UPDATE messages SET status = 'queued', moved = NULL WHERE id = ? AND status = 'moving'", id);
      this.#waiting++;
    }
  }

  /** Removes messages that ended before `before`, a bounded number a call. `beforeUlid` is the least ULID of that time. */
  purge(before: number, beforeUlid: string): void {
    const old = this.#sql.exec<{ id: string }>(
      "SELECT id FROM messages WHERE id < ? AND updated < ? AND status NOT IN ('queued', 'sent', 'moving') LIMIT 500", beforeUlid, before).toArray();
    for (const { id } of old) {
      this.#sql.exec("DELETE FROM messages WHERE id = ?", id);
      this.#sql.exec("DELETE FROM segments WHERE message = ?", id);
    }
  }

  #reported(row: Row, segment: SegmentRow, report: SegmentReport, now: number): void {
    const entry = { segment: segment.number, ...(report.errorCode === undefined ? {} : { errorCode: report.errorCode }) };
    const next = CLOSED.has(row.status) ? undefined : this.#outcome(row, report);
    if (next) this.#move(row.id, next, now, undefined, entry);
    else this.#remember(row.id, report.status, now, entry);
  }

  /** All segments delivered is delivered; one that failed for good fails the message. */
  #outcome(row: Row, report: SegmentReport): MessageStatus | undefined {
    if (!report.final) return undefined;
    if (report.status !== "delivered") return STATUSES.includes(report.status as MessageStatus) ? report.status as MessageStatus : undefined;
    const delivered = this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM segments WHERE message = ? AND report = 'delivered'", row.id).one().n;
    return delivered >= row.segments ? "delivered" : undefined;
  }

  #move(id: string, status: MessageStatus, now: number, error?: MessageError, entry: Record<string, unknown> = {}, also = ""): void {
    const before = this.#sql.exec<{ status: string }>("SELECT status FROM messages WHERE id = ?", id).toArray()[0];
    if (!before) return;
    if (before.status === "queued") this.#waiting--;
    if (status === "queued") this.#waiting++;
    const line = JSON.stringify({ status, at: now, ...entry, ...error });
    this.#sql.exec(`UPDATE messages SET status = ?, updated = ?, error = ?, ${REMEMBER}${also ? `, ${also}` : ""} WHERE id = ?`,
      status, now, error ? JSON.stringify(error) : null, line, id);
    this.#changed(id, status, error);
  }

  #remember(id: string, status: string, now: number, entry: Record<string, unknown>): void {
    this.#sql.exec(`UPDATE messages SET updated = ?, ${REMEMBER} WHERE id = ?`, now, JSON.stringify({ status, at: now, ...entry }), id);
  }

  #row(id: string): Row | undefined {
    return this.#sql.exec<Row>("SELECT * FROM messages WHERE id = ?", id).toArray()[0];
  }

  #view(row: Row): Omit<MessageView, "account" | "link"> {
    const input = JSON.parse(row.input) as MessageInput;
    const parts = this.#sql.exec<SegmentRow>("SELECT * FROM segments WHERE message = ? ORDER BY number", row.id).toArray().map(part);
    const first = parts.find((p) => p.messageId !== "");
    const history = (JSON.parse(row.history) as { status: string; at: number }[]).map((entry) => ({ ...entry, at: iso(entry.at) }));
    return {
      id: row.id, status: STATUSES.includes(row.status) ? row.status : "queued", to: input.to,
      ...(input.from === undefined ? {} : { from: input.from }),
      ...(input.text === undefined ? {} : { text: input.text }),
      ...(input.binary === undefined ? {} : { binary: input.binary }),
      encoding: row.encoding, segments: row.segments,
      ...(first ? { messageId: first.messageId } : {}),
      parts,
      ...(row.caller === "" ? {} : { key: row.caller }),
      ...(row.error === null ? {} : { error: JSON.parse(row.error) as MessageError }),
      createdAt: iso(row.created), updatedAt: iso(row.updated),
      ...(input.scheduleAt === undefined ? {} : { scheduledAt: iso(Date.parse(input.scheduleAt)) }),
      ...(row.expires === null ? {} : { expiresAt: iso(row.expires) }),
      history,
    };
  }
}

function part(row: SegmentRow): Part {
  return {
    index: row.number, messageId: row.message_id, status: row.report ?? row.status,
    ...(row.error_code === null ? {} : { errorCode: row.error_code }),
    ...(row.done === null ? {} : { doneAt: iso(row.done) }),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
