import type { Place } from "../../model/ids.ts";
import type { MessageStatus } from "../../model/views.ts";
import type { Database } from "../database.ts";
import type { Changed } from "./queue.ts";
import { ADD_HISTORY, historyLine, idOf, isStatus, partsOf, type Row, type StoredPart, type StoredStatus } from "./rows.ts";

/** Messages with one id of the SMSC that a report looks at: an SMSC may use an id again. */
const SAME_KEY = 20;

/** The states that nothing follows, a late report apart. */
const CLOSED = new Set<StoredStatus>(["delivered", "undeliverable", "expired", "rejected", "deleted", "skipped", "failed"]);

/** What a report means for its message. */
export interface SegmentReport {
  key: string;
  status: string;
  final: boolean;
  errorCode?: string | undefined;
  doneAt?: number | undefined;
}

/** What a report did: the message's id, and whether it said anything new. */
export interface Match {
  id: string;
  fresh: boolean;
  /** Where the message has its events posted to. */
  callbackUrl?: string | null;
}

type Found = Pick<Row, "n" | "id" | "tag" | "created" | "status" | "segments" | "parts"> & { number: number; callbackUrl?: string | null };

/** What the SMSC reports on the segments of messages, and what that makes of them. */
export class ReportStore {
  readonly #db: Database;
  readonly #place: Place;
  readonly #changed: Changed;
  readonly #columns: string;

  /** `callbacks`: messages may have URLs of their own. */
  constructor(db: Database, place: Place, changed: Changed, callbacks = false) {
    this.#columns = `m.n, m.id, m.tag, m.created, m.status, m.segments, m.parts, s.number${callbacks ? ", m.input->>'$.callbackUrl' AS callbackUrl" : ""}`;
    this.#db = db;
    this.#place = place;
    this.#changed = changed;
  }

  /** Of `keys`, those that segments of this link have. */
  known(keys: string[]): Set<string> {
    return new Set(this.#db.all<{ key: string }>("SELECT j.value AS key FROM json_each(?) j WHERE EXISTS (SELECT 1 FROM segments WHERE key = j.value)", JSON.stringify(keys)).map(({ key }) => key));
  }

  /** Applies a report to the segment it is for; undefined if it is not of this link. */
  apply(report: SegmentReport, now: number): Match | undefined {
    const found = report.key === "" ? undefined : this.#find(report.key);
    if (!found) return undefined;
    const { row, parts, part } = found;
    const id = idOf(row, this.#place);
    if (part.final === 1 || (part.final === 0 && part.status === report.status)) return { id, fresh: false };
    part.status = report.status;
    part.final = report.final ? 1 : 0;
    if (report.errorCode !== undefined) part.errorCode = report.errorCode;
    if (report.doneAt !== undefined) part.done = report.doneAt;
    const next = CLOSED.has(row.status) ? undefined : outcome(report, row.segments, parts);
    const line = historyLine({ status: next ?? report.status, at: now, segment: part.index, ...(report.errorCode === undefined ? {} : { errorCode: report.errorCode }) });
    this.#db.exec(`UPDATE messages SET status = ?, updated = ?, error = iif(?, NULL, error), parts = ?, ${ADD_HISTORY} WHERE n = ?`,
      next ?? row.status, now, next === undefined ? 0 : 1, JSON.stringify(parts), line, row.n);
    if (next) this.#changed(id, next);
    return { id, fresh: true, ...(row.callbackUrl && { callbackUrl: row.callbackUrl }) };
  }

  /** Where an SMSC used an id again the latest message has it, unless only an earlier one still waits for its report. */
  #find(key: string): { row: Found; parts: StoredPart[]; part: StoredPart } | undefined {
    const rows = this.#db.all<Found>(
      `SELECT ${this.#columns} FROM segments s JOIN messages m ON m.n = s.n
       WHERE s.key = ? ORDER BY s.n DESC, s.number DESC LIMIT ?`, key, SAME_KEY);
    let found: { row: Found; parts: StoredPart[]; part: StoredPart } | undefined;
    for (const row of rows) {
      const parts = partsOf(row);
      const part = parts.find(({ index }) => index === row.number);
      if (!part) continue;
      if (!part.final) return { row, parts, part };
      found ??= { row, parts, part };
    }
    return found;
  }
}

/** A message is delivered once all its segments are; one permanently failed segment fails it. */
function outcome(report: SegmentReport, segments: number, parts: StoredPart[]): MessageStatus | undefined {
  if (!report.final) return undefined;
  if (report.status !== "delivered") return isStatus(report.status) ? report.status : undefined;
  return parts.filter(({ status }) => status === "delivered").length >= segments ? "delivered" : undefined;
}
