import { numberOf } from "../../model/address.ts";
import { randomTag, type Place } from "../../model/ids.ts";
import type { MessageInput } from "../../model/message-input.ts";
import type { MessageError, MessageStatus } from "../../model/views.ts";
import type { NewMessage } from "../api.ts";
import type { Database } from "../database.ts";
import { insertRows, type Cell } from "./insert.ts";
import { ADD_HISTORY, findRow, forgetContent, historyLine, idOf, LONGEST_HISTORY, partsOf, type HistoryEntry, type Row, type StoredPart } from "./rows.ts";
import { UnreadMessages } from "./unread.ts";

/** Rows that one call of {@link MessageQueue.expire} looks at, and those that it ends. */
const SCAN = 20_000;
const EXPIRED_AT_ONCE = 1_000;
/** Rows among which the messages of a repeated call are looked for. */
const REPEATED_WITHIN = 10_000;

const TOO_OLD: MessageError = { detail: "Its validity ended before it could be sent" };

/** A message taken out of the queue to be sent. */
export interface DueMessage {
  n: number;
  id: string;
  input: MessageInput;
  segments: number;
  due: number;
  /** Listed in `waiting`: not sent in the order of acceptance. */
  held: boolean;
  expires: number | null;
  /** Times it was sent before. */
  attempts: number;
  created: number;
}

/** What the SMSC answered to one segment. */
export interface AnsweredPart {
  index: number;
  messageId: string;
  /** The id in the form that reports are compared by; empty if there is none. */
  key: string;
  status: string;
}

/** Messages that come in one call: see {@link MessageQueue.insertAll}. */
export interface Insertion {
  messages: NewMessage[];
  nonce?: string | undefined;
  again?: boolean;
}

/** A message that the SMSC accepted whole. */
export interface AcceptedMessage {
  message: DueMessage;
  parts: AnsweredPart[];
}

/** A message to be written, and its row: the values of {@link NEW}. */
interface NewRow {
  message: DueMessage;
  /** The message's id if another link gave it one. */
  id: string | null;
  values: Cell[];
}

const NEW = ["n", "id", "tag", "created", "updated", "status", "held", "due", "expires", "recipient", "caller", "account", "encoding", "segments", "hops", "parts", "history", "input"];
/**
 * No segment yet, and room for what the SMSC answers: a row that grows moves others, which takes longer than to write it. It holds the
 * segment and the history of a message that has one.
 */
const NO_PARTS = "[]".padEnd(200);
const SEGMENT = ["key", "n", "number"];

const ACCEPT = `UPDATE messages SET status = 'accepted', updated = ?, attempts = attempts + 1, error = NULL, parts = j.value->1,
  history = iif(length(history) < ${LONGEST_HISTORY}, history || (j.value->>2), history) FROM json_each(?) j WHERE n = j.value->>0`;

/** Called with each change of a message's state, after it was stored. */
export type Changed = (id: string, status: MessageStatus, error?: MessageError, callbackUrl?: string) => void;

type DueRow = Pick<Row, "n" | "id" | "tag" | "input" | "segments" | "due" | "held" | "expires" | "attempts" | "created">;
const COLUMNS = "m.n, m.id, m.tag, m.input, m.segments, m.due, m.held, m.expires, m.attempts, m.created";

/** The messages of one link from acceptance to the SMSC's answer. */
export class MessageQueue {
  readonly #db: Database;
  readonly #place: Place;
  readonly #changed: Changed;
  /** The last number given out, and the time of its row. */
  #last: number;
  #lastCreated: number;
  /** As stored in `sending`. */
  #sent: number;
  #waiting: number;
  /** Rows of `waiting`: most of the time none, so that nobody needs to look. */
  #held: number;
  /** When each message on the wire was sent. */
  readonly #onWire = new Map<number, number>();
  /** How far {@link expire} got. */
  #expiredTo = 0;
  readonly #unread: UnreadMessages;

  constructor(db: Database, place: Place, changed: Changed) {
    this.#db = db;
    this.#place = place;
    this.#changed = changed;
    const last = db.first<{ n: number; created: number }>("SELECT n, created FROM messages ORDER BY n DESC LIMIT 1");
    this.#sent = db.first<{ last: number }>("SELECT last FROM sending WHERE id = 1")!.last;
    // The highest rows may have been purged: their numbers are not given out again.
    this.#last = Math.max(last?.n ?? 0, this.#sent);
    this.#lastCreated = last?.created ?? 0;
    this.#unread = new UnreadMessages(this.#last + 1);
    this.#held = db.first<{ count: number }>("SELECT count(*) AS count FROM waiting")!.count;
    this.#waiting = db.first<{ count: number }>("SELECT count(*) AS count FROM messages WHERE n > ? AND status = 'queued' AND held = 0", this.#sent)!.count
      + db.first<{ count: number }>("SELECT count(*) AS count FROM waiting WHERE sent = 0")!.count;
  }

  /** How many messages wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The number up to which messages in the order of acceptance may have left. */
  get sent(): number {
    return this.#sent;
  }

  /** Since when the message is on the wire; undefined if it is not. */
  sentAt(n: number): number | undefined {
    return this.#onWire.get(n);
  }

  /** Adds messages of one call: see {@link insertAll}. */
  insert(messages: NewMessage[], now: number, nonce?: string, again = false): string[] {
    return this.insertAll([{ messages, nonce, again }], now)[0]!;
  }

  /** Adds the messages of several calls and returns their ids. Those of a repeated request or hand-over are here already, and stay as they are. */
  insertAll(insertions: Insertion[], now: number): string[][] {
    const rows: NewRow[] = [];
    const ids = insertions.map((insertion) => this.#prepare(insertion, rows, now));
    this.#write(rows);
    return ids;
  }

  /** Adds the rows that a call needs to `rows`; returns the ids of its messages. */
  #prepare({ messages, nonce, again = false }: Insertion, rows: NewRow[], now: number): string[] {
    // What is looked for may be among the rows of a call before this one.
    if (nonce !== undefined || again) this.#write(rows);
    const known = nonce === undefined ? undefined : this.known(nonce);
    const repeated = again ? this.#tagged(messages) : undefined;
    const first = this.#last + 1;
    const positions: number[] = [];
    const ids = messages.map((message) => {
      if (message.hops !== undefined) return this.#takeOver(message, message.hops, rows, now);
      const there = known?.get(message.position ?? 0) ?? repeated?.get(message.tag);
      if (there !== undefined) return there;
      positions.push(message.position ?? 0);
      return this.#add(message, undefined, 0, rows, now);
    });
    if (nonce !== undefined && positions.length > 0) {
      this.#db.exec("INSERT INTO requests (nonce, n, positions) VALUES (?, ?, ?)", nonce, first, JSON.stringify(positions));
    }
    return ids;
  }

  /** Of the request `nonce`, the messages that are here: their ids by position. */
  known(nonce: string): Map<number, string> {
    const ids = new Map<number, string>();
    for (const { n, positions } of this.#db.all<{ n: number; positions: string }>("SELECT n, positions FROM requests WHERE nonce = ?", nonce)) {
      (JSON.parse(positions) as number[]).forEach((position, i) => {
        const row = this.#db.first<Pick<Row, "n" | "id" | "tag" | "created">>("SELECT n, id, tag, created FROM messages WHERE n = ?", n + i);
        if (row) ids.set(position, idOf(row, this.#place));
      });
    }
    return ids;
  }

  /** Of messages that may have been stored a moment ago: their ids by their tags. */
  #tagged(messages: NewMessage[]): Map<number | undefined, string> {
    const ids = new Map<number | undefined, string>();
    const tags = new Set(messages.map(({ tag }) => tag));
    for (const row of this.#db.all<Pick<Row, "n" | "id" | "tag" | "created">>("SELECT n, id, tag, created FROM messages WHERE n > ?", this.#last - REPEATED_WITHIN)) {
      if (row.tag !== 0 && tags.has(row.tag)) ids.set(row.tag, idOf(row, this.#place));
    }
    return ids;
  }

  /** Messages to be sent in the order of acceptance, after number `after`, and the number to go on from. */
  fresh(after: number, limit: number): { messages: DueMessage[]; next: number } {
    if (after >= this.#last) return { messages: [], next: after };
    const unread = this.#unread.take(after + 1, this.#last, limit);
    if (unread) return unread;
    const rows = this.#db.all<DueRow>(`SELECT ${COLUMNS} FROM messages m WHERE m.n > ? AND m.status = 'queued' AND m.held = 0 ORDER BY m.n LIMIT ?`, after, limit);
    return { messages: rows.map((row) => this.#dueMessage(row)), next: rows.length < limit ? this.#last : rows.at(-1)?.n ?? after };
  }

  /** Messages of `waiting` that are due, the longest due first. */
  due(now: number, limit: number): DueMessage[] {
    if (this.#held === 0) return [];
    return this.#db.all<DueRow>(`SELECT ${COLUMNS} FROM waiting w JOIN messages m ON m.n = w.n WHERE w.due <= ? AND w.sent = 0 ORDER BY w.due, w.n LIMIT ?`, now, limit)
      .map((row) => this.#dueMessage(row));
  }

  /** When the next message of `waiting` becomes due after `now`. */
  nextDue(now: number): number | undefined {
    if (this.#held === 0) return undefined;
    return this.#db.first<{ due: number }>("SELECT due FROM waiting WHERE due > ? AND sent = 0 ORDER BY due, n LIMIT 1", now)?.due;
  }

  /**
   * Marks messages as in doubt until the SMSC responds. Must be stored before any of their bytes are sent. `settled`: every message up to
   * it that is sent in the order of acceptance has its answer.
   */
  markSent(messages: DueMessage[], settled: number, now: number): void {
    let last = this.#sent;
    for (const { n, id, due, held } of messages) {
      if (held) this.#db.exec("UPDATE waiting SET sent = 1 WHERE due = ? AND n = ?", due, n);
      else last = Math.max(last, n);
      this.#waiting--;
      this.#onWire.set(n, now);
      this.#changed(id, "sent");
    }
    if (last === this.#sent) return;
    this.#sent = last;
    this.#db.exec("UPDATE sending SET last = ?, settled = ? WHERE id = 1", last, Math.min(settled, last));
  }

  /** Stores what the SMSC answered; what it took has its id. */
  answered(message: DueMessage, status: "accepted" | "failed" | "unknown", parts: AnsweredPart[], now: number, error?: MessageError): void {
    this.#end(message, status, now, error, parts);
  }

  /** Stores what the SMSC accepted in one turn, without an error: the same as {@link answered} for each. */
  accepted(answers: AcceptedMessage[], now: number): void {
    const rows: [n: number, parts: StoredPart[], lines: string][] = [];
    for (const { message: { n, due, held }, parts } of answers) {
      if (held) this.#unlist(due, n);
      rows.push([n, parts.map(storedPart), sentLine(this.#onWire.get(n)) + historyLine(answerLine("accepted", now, parts, undefined))]);
    }
    this.#storeKeys(answers.flatMap(({ message: { n }, parts }) => keyRows(n, parts)));
    this.#db.exec(ACCEPT, now, JSON.stringify(rows));
    for (const { message: { n, id, input } } of answers) {
      this.#forget(n, input);
      if (!this.#onWire.delete(n)) this.#waiting--;
      this.#changed(id, "accepted");
    }
  }

  /** Ends a message that was taken out, or that waits. */
  end(message: DueMessage, status: MessageStatus, now: number, error?: MessageError): void {
    this.#end(message, status, now, error);
  }

  endExpired(message: DueMessage, now: number, error: MessageError = TOO_OLD): void {
    this.#end(message, "expired", now, error);
  }

  /** Puts back a message that did not leave, or was refused for now: it is sent again at `due`. */
  requeue(message: DueMessage, due: number, now: number, error?: MessageError): void {
    const { n, id } = message;
    const sentAt = this.#onWire.get(n);
    this.#unread.remove(n);
    if (message.held) this.#unlist(message.due, n);
    this.#list(due, n);
    const lines = error ? sentLine(sentAt) + historyLine({ status: "queued", at: now, ...error }) : "";
    this.#db.exec(`UPDATE messages SET held = 1, due = ?, updated = ?, attempts = ?, error = ?, ${ADD_HISTORY} WHERE n = ?`,
      due, now, message.attempts + (sentAt === undefined ? 0 : 1), error ? JSON.stringify(error) : null, lines, n);
    if (this.#onWire.delete(n)) this.#waiting++;
    this.#changed(id, "queued", error);
  }

  /** Takes a waiting message out of the queue; its row is the caller's to change. */
  withdraw(row: Row): void {
    this.#unread.remove(row.n);
    if (row.held === 1) this.#unlist(row.due, row.n);
    this.#waiting--;
  }

  /** Lists a message again whose row was set to `queued` and `held`. */
  putBack(row: Row): void {
    this.#list(row.due, row.n);
    this.#waiting++;
  }

  /** A message as {@link end} takes it, if it waits. */
  waitingMessage(row: Row): DueMessage | undefined {
    return row.status === "queued" && !this.#onWire.has(row.n) ? this.#dueMessage(row) : undefined;
  }

  /** Stores what the SMSC answered long after the message was given up as `unknown`. False if it is not so any more. */
  answeredLate(message: DueMessage, status: "accepted" | "failed", parts: AnsweredPart[], now: number, error?: MessageError): boolean {
    const row = this.#db.first<Row>("SELECT * FROM messages WHERE n = ?", message.n);
    if (row?.status !== "unknown") return false;
    const known = partsOf(row).filter(({ index }) => !parts.some((part) => part.index === index));
    this.#storeKeys(keyRows(message.n, parts));
    this.#update(message.n, status, now, message.attempts + 1, error, historyLine(answerLine(status, now, parts, error)), [...known, ...parts.map(storedPart)]);
    this.#changed(message.id, status, error, message.input.callbackUrl);
    return true;
  }

  /** The SMSC cancelled a message that it had accepted. */
  cancelled(n: number, id: string, now: number): void {
    const row = this.#db.first<Pick<Row, "status" | "attempts">>("SELECT status, attempts FROM messages WHERE n = ?", n);
    if (row?.status !== "accepted") return;
    this.#update(n, "deleted", now, row.attempts, undefined, historyLine({ status: "deleted", at: now }), undefined);
    this.#changed(id, "deleted");
  }

  /** After a restart: what may be on the wire is in doubt. */
  recover(now: number): void {
    const { settled } = this.#db.first<{ settled: number }>("SELECT settled FROM sending WHERE id = 1")!;
    const inOrder = this.#db.all<DueRow>(`SELECT ${COLUMNS} FROM messages m WHERE m.n > ? AND m.n <= ? AND m.status = 'queued' AND m.held = 0`, settled, this.#sent);
    const held = this.#db.all<DueRow>(`SELECT ${COLUMNS} FROM waiting w JOIN messages m ON m.n = w.n WHERE w.sent = 1`);
    for (const row of [...inOrder, ...held]) {
      const message = this.#dueMessage(row);
      this.#onWire.set(row.n, now);
      this.#end(message, "unknown", now, { detail: "The gateway was restarted before the SMSC answered" });
    }
  }

  /** Ends some of what waited past its validity; a later call goes on with the rest. `taken`: being sent, not to be ended. */
  expire(now: number, taken: (n: number) => boolean): void {
    const from = Math.max(this.#sent, this.#expiredTo);
    const rows = [
      ...this.#db.all<DueRow>(`SELECT ${COLUMNS} FROM messages m WHERE m.n > ? AND m.n <= ? AND m.status = 'queued' AND m.held = 0 AND m.expires <= ? LIMIT ?`,
        from, from + SCAN, now, EXPIRED_AT_ONCE),
      ...this.#db.all<DueRow>(
        `SELECT ${COLUMNS} FROM (SELECT due, n FROM waiting WHERE due <= ? AND sent = 0 ORDER BY due, n LIMIT ?) w JOIN messages m ON m.n = w.n WHERE m.expires <= ? LIMIT ?`,
        now, SCAN, now, EXPIRED_AT_ONCE),
    ];
    for (const row of rows) if (!taken(row.n)) this.endExpired(this.#dueMessage(row), now);
    if (rows.length < EXPIRED_AT_ONCE) this.#expiredTo = from + SCAN >= this.#last ? 0 : from + SCAN;
  }

  /** Takes a message over that another link had, if that hand-over was not done before. */
  #takeOver(message: NewMessage, hops: number, rows: NewRow[], now: number): string {
    this.#write(rows);
    const row = findRow(this.#db, this.#place, message.id);
    if (!row) return this.#add(message, message.id, hops, rows, now);
    // What was handed over this often before is the same hand-over again: the message is here, or was, and went on from here.
    if (row.hops >= hops) return message.id;
    this.#db.exec(`UPDATE messages SET status = 'queued', held = 1, due = ?, updated = ?, input = ?, moved = NULL, hops = ?, ${ADD_HISTORY} WHERE n = ?`, message.due, now, JSON.stringify(message.input), hops, this.#moveLine(now), row.n);
    // It may come back before the answer to the offer by which it left.
    if (row.status === "moving") this.#db.exec("DELETE FROM moving WHERE n = ?", row.n);
    this.putBack({ ...row, due: message.due });
    this.#changed(message.id, "queued");
    return message.id;
  }

  /** Adds the message's row to `rows`; returns its id. */
  #add(message: NewMessage, id: string | undefined, hops: number, rows: NewRow[], now: number): string {
    const n = ++this.#last;
    const created = (this.#lastCreated = Math.max(this.#lastCreated, now));
    const tag = message.tag ?? randomTag();
    const { input, encoding, segments, caller } = message;
    // A message that is not scheduled is due at once, whatever the clock of the Worker that took it said.
    const due = input.scheduleAt === undefined && hops === 0 ? created : message.due;
    const expires = message.validity === undefined ? message.expires : Math.max(created, due) + message.validity * 1000;
    const held = due > created;
    const own = id ?? idOf({ n, id: null, tag, created }, this.#place);
    rows.push({
      message: { n, id: own, input, segments, due, held, expires, attempts: 0, created },
      id: id ?? null,
      values: [
        n, id ?? null, tag, created, created, "queued", held ? 1 : 0, due, expires, numberOf(input.to), caller, input.account ?? null,
        encoding, segments, hops, NO_PARTS, hops === 0 ? "" : this.#moveLine(created), input,
      ],
    });
    return own;
  }

  /** Writes new rows, and empties `rows`. */
  #write(rows: NewRow[]): void {
    insertRows(this.#db, "INSERT INTO messages", NEW, rows.map(({ values }) => values));
    for (const { message, id } of rows) {
      const { n, due, held } = message;
      if (id !== null) this.#db.exec("INSERT INTO ids (id, n) VALUES (?, ?)", id, n);
      if (held) this.#list(due, n);
      else this.#unread.add(message);
      this.#waiting++;
      this.#changed(message.id, "queued");
    }
    rows.length = 0;
  }

  #end(message: DueMessage, status: MessageStatus, now: number, error: MessageError | undefined, parts?: AnsweredPart[]): void {
    const { n, id, due, held } = message;
    const sentAt = this.#onWire.get(n);
    this.#unread.remove(n);
    if (held) this.#unlist(due, n);
    if (parts) this.#storeKeys(keyRows(n, parts));
    const lines = sentLine(sentAt) + historyLine(answerLine(status, now, parts ?? [], error));
    this.#update(n, status, now, message.attempts + (sentAt === undefined ? 0 : 1), error, lines, parts?.map(storedPart));
    this.#forget(n, message.input);
    if (!this.#onWire.delete(n)) this.#waiting--;
    this.#changed(id, status, error, message.input.callbackUrl);
  }

  /** Removes the content of a message that is not to be stored and will not be sent again from here. */
  #forget(n: number, { store }: MessageInput): void {
    if (store === "none") forgetContent(this.#db, n);
  }

  /** That the message came here from another link. */
  #moveLine(at: number): string {
    const { account, link } = this.#place;
    return historyLine({ status: "moved", at, account, link });
  }

  #list(due: number, n: number): void {
    this.#db.exec("INSERT INTO waiting (due, n) VALUES (?, ?)", due, n);
    this.#held++;
  }

  #unlist(due: number, n: number): void {
    this.#db.exec("DELETE FROM waiting WHERE due = ? AND n = ?", due, n);
    this.#held--;
  }

  #storeKeys(rows: Cell[][]): void {
    insertRows(this.#db, "INSERT OR IGNORE INTO segments", SEGMENT, rows);
  }

  #update(n: number, status: MessageStatus, now: number, attempts: number, error: MessageError | undefined, lines: string, parts: StoredPart[] | undefined): void {
    this.#db.exec(`UPDATE messages SET status = ?, updated = ?, attempts = ?, error = ?, parts = coalesce(?, parts), ${ADD_HISTORY} WHERE n = ?`,
      status, now, attempts, error ? JSON.stringify(error) : null, parts ? JSON.stringify(parts) : null, lines, n);
  }

  #dueMessage({ n, id, tag, input, segments, due, held, expires, attempts, created }: DueRow): DueMessage {
    return { n, id: idOf({ n, id, tag, created }, this.#place), input: JSON.parse(input) as MessageInput, segments, due, held: held === 1, expires, attempts, created };
  }
}

function sentLine(at: number | undefined): string {
  return at === undefined ? "" : `,{"status":"sent","at":${at}}`;
}

function answerLine(status: MessageStatus, at: number, parts: AnsweredPart[], error: MessageError | undefined): HistoryEntry {
  const messageId = parts.find((part) => part.messageId !== "")?.messageId;
  return { status, at, ...(messageId === undefined ? {} : { messageId }), ...error };
}

/** The rows by which the segments of message `n` are found. */
function keyRows(n: number, parts: AnsweredPart[]): Cell[][] {
  return parts.filter(({ key }) => key !== "").map(({ key, index }) => [key, n, index]);
}

function storedPart({ index, messageId, key, status }: AnsweredPart): StoredPart {
  return { index, messageId, ...(key === messageId ? {} : { key }), status };
}
