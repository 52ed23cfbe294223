// A message's row: how it is found, and what is made of it.

import { isSamePlace, messageId, parseId, rowOf, rowUlid, timeOf, type Place } from "../../model/ids.ts";
import type { MessageInput } from "../../model/message-input.ts";
import { STATUSES, type MessageError, type MessageStatus, type MessageStep, type MessageView, type Part } from "../../model/views.ts";
import { extensions } from "../extensions.ts";
import type { Database } from "../database.ts";

/** The longest history that is kept, in characters: an SMSC may report for ever. */
export const LONGEST_HISTORY = 16_000;

/** A state as it is stored. `sent` is not: see the table `sending`. */
export type StoredStatus = MessageStatus | "moving" | "moved";

export type Row = {
  n: number; id: string | null; tag: number; created: number; updated: number; status: StoredStatus; held: number; due: number; expires: number | null;
  recipient: string; caller: string; label: string | null; account: string | null; encoding: string; segments: number; attempts: number; hops: number;
  moved: string | null; error: string | null; parts: string | null; history: string; input: string;
};

/** A segment as the row has it. */
export interface StoredPart {
  index: number;
  messageId: string;
  /** What reports are compared by, if it is not the `messageId`. */
  key?: string;
  status: string;
  /** Whether the last report was final; not set as long as there was none. */
  final?: number | null;
  errorCode?: string | null;
  done?: number | null;
}

/** One line of a message's history. */
export interface HistoryEntry extends Omit<MessageStep, "at"> {
  at: number;
}

/** SQL that adds lines to the history, as long as that is short. */
export const ADD_HISTORY = `history = iif(length(history) < ${LONGEST_HISTORY}, history || ?, history)`;

/** A line as {@link ADD_HISTORY} takes it. */
export function historyLine(entry: HistoryEntry): string {
  return `,${JSON.stringify(entry)}`;
}

export function idOf(row: Pick<Row, "n" | "id" | "tag" | "created">, place: Place): string {
  return row.id ?? messageId(rowUlid(row.created, row.n, row.tag), place);
}

export function partsOf(row: Pick<Row, "parts">): StoredPart[] {
  return row.parts === null ? [] : JSON.parse(row.parts) as StoredPart[];
}

/** The row of that id; undefined if it was never here, or is purged. */
export function findRow(db: Database, place: Place, id: string): Row | undefined {
  const named = parseId(id);
  if (!named) return undefined;
  const { ulid, ...where } = named;
  if (isSamePlace(where, place)) {
    const { n, time, tag } = rowOf(ulid);
    const row = db.first<Row>("SELECT * FROM messages WHERE n = ?", n);
    if (row?.id === null && row.created === time && row.tag === tag) return row;
  }
  return db.first<Row>("SELECT m.* FROM ids i JOIN messages m ON m.n = i.n WHERE i.id = ?", id);
}

/** Removes a message's content from its row. */
export function forgetContent(db: Database, n: number): void {
  db.exec("UPDATE messages SET input = json_remove(input, '$.text', '$.binary', '$.tlvs', '$.udh') WHERE n = ?", n);
}

/** Removes a message and what leads to it. */
export function removeRow(db: Database, place: Place, row: Pick<Row, "n" | "id" | "tag" | "created" | "parts">): void {
  for (const { key, messageId: own } of partsOf(row)) db.exec("DELETE FROM segments WHERE key = ? AND n = ?", key ?? own, row.n);
  if (row.id !== null) db.exec("DELETE FROM ids WHERE id = ?", idOf(row, place));
  db.exec("DELETE FROM messages WHERE n = ?", row.n);
}

/** `sentAt`: since when it is on the wire, if it is. */
export function viewOf(row: Row, place: Place, sentAt: number | undefined): MessageView {
  const input = JSON.parse(row.input) as MessageInput;
  const parts = partsOf(row).map(part);
  const first = parts.find((p) => p.messageId !== "");
  const id = idOf(row, place);
  return {
    id, status: shown(row.status, sentAt), to: input.to,
    ...(input.from === undefined ? {} : { from: input.from }),
    ...content(input),
    ...(input.binary === undefined ? {} : { binary: input.binary }),
    encoding: row.encoding, segments: row.segments,
    ...(first ? { messageId: first.messageId } : {}),
    parts,
    ...(row.caller === "" ? {} : { key: row.caller }),
    ...(input.tag === undefined ? {} : { tag: input.tag }),
    ...(input.class === undefined ? {} : { class: input.class }),
    ...(input.route === undefined ? {} : { route: input.route.name }),
    ...(input.counted === undefined ? {} : { counted: true }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error) as MessageError }),
    account: place.account, link: place.link,
    createdAt: iso(timeOf(id)), updatedAt: iso(sentAt ?? row.updated),
    ...(input.scheduleAt === undefined ? {} : { scheduledAt: iso(Date.parse(input.scheduleAt)) }),
    ...(row.expires === null ? {} : { expiresAt: iso(row.expires) }),
    history: history(row, id, sentAt, input),
  };
}

/** The text, or what an application's PDU holds of it. */
function content({ text, pdu }: MessageInput): Pick<MessageView, "text"> {
  const shown = pdu === undefined ? text : extensions.applications?.textOf(pdu);
  return shown === undefined ? {} : { text: shown };
}

export function isStatus(status: string): status is MessageStatus {
  return (STATUSES as readonly string[]).includes(status);
}

function shown(status: StoredStatus, sentAt: number | undefined): MessageStatus {
  if (status === "moving" || status === "moved") return "queued";
  return status === "queued" && sentAt !== undefined ? "sent" : status;
}

function history(row: Row, id: string, sentAt: number | undefined, { route, from }: MessageInput): MessageView["history"] {
  const entries = JSON.parse(`[${row.history.slice(1)}]`) as HistoryEntry[];
  // Since schema 2 the first one is in the id.
  if (entries[0]?.status !== "queued") entries.unshift({ status: "queued", at: timeOf(id), ...(route && { route: route.name, ...("from" in route ? { sender: from } : {}) }) });
  if (sentAt !== undefined) entries.push({ status: "sent", at: sentAt });
  return entries.map((entry) => ({ ...entry, at: iso(entry.at) }));
}

function part({ index, messageId: own, status, errorCode, done }: StoredPart): Part {
  return {
    index, messageId: own, status,
    ...(errorCode === undefined || errorCode === null ? {} : { errorCode }),
    ...(done === undefined || done === null ? {} : { doneAt: iso(done) }),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
