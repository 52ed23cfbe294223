import * as v from "valibot";
import type { SmsMessage, TlvInput } from "../../client/index.ts";
import { addressFault, canonicalAddress, withoutSeparators } from "./address.ts";
import { fromHex, toHex } from "./hex.ts";
import { CLASSES, type MessageInput, type PreviewInput } from "./message-input.ts";
import { ProblemError, type ProblemCode } from "./problem.ts";
import { CONCATS, isRecord, record, strict, whole } from "./schema.ts";

/** Most octets of a body, and most messages in one. */
export const MAX_BODY = 1_048_576;
export const MAX_MESSAGES = 1000;

/** Days ahead that a message may be scheduled. */
const MAX_AHEAD = 90 * 86_400_000;

const ONE_CONTENT = "one of text and binary is expected";

const ascii = (min: number, max: number) => v.pipe(v.string(), v.regex(new RegExp(`^[ -~]{${min},${max}}$`), `${min} to ${max} characters of printable ASCII are expected`));
const hex = (max: number) => v.pipe(v.string(), v.maxLength(2 * max), v.regex(/^([0-9a-fA-F]{2})*$/, "hexadecimal octets are expected"));
const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z| ?[+-]\d\d:?\d\d)$/;
export const date = v.pipe(v.string(), v.check((value) => ISO_TIME.test(value) && !Number.isNaN(Date.parse(value)) && isDay(value), "a date and time as 2030-01-31T12:00:00Z is expected"));

/** Whether the date is one: Date.parse takes 31 November for 1 December. */
function isDay(value: string): boolean {
  return Number(value.slice(8, 10)) === new Date(`${value.slice(0, 10)}T00:00:00Z`).getUTCDate();
}

const AddressObject = strict({ ton: whole(0, 255), npi: whole(0, 255), addr: ascii(0, 20) });
export const address = (field: "to" | "from") => v.pipe(v.union([v.pipe(v.string(), v.regex(/^.{1,21}$/s, "1 to 21 characters are expected")), AddressObject], "a string or { ton, npi, addr } is expected"),
  v.rawCheck(({ dataset, addIssue }) => {
    const message = dataset.typed ? addressFault(dataset.value, field) : undefined;
    if (message !== undefined) addIssue({ message });
  }));

const TlvValue = v.union([whole(0, 0xffff_ffff), v.pipe(v.string(), v.maxLength(65_535)), strict({ hex: hex(65_535) })], "a number, a string or octets are expected");
export const Tlvs = v.pipe(
  v.unknown(),
  record,
  v.check((value) => !Object.keys(Object(value)).some((key) => key in Object.prototype), "the name or number of a TLV is expected"),
  v.record(v.pipe(v.string(), v.regex(/^([a-z][a-z0-9_]{0,63}|0x[0-9a-fA-F]{1,4}|\d{1,5})$/, "the name or number of a TLV is expected")),
    v.union([TlvValue, v.pipe(v.array(TlvValue), v.maxLength(32))])),
  v.check((value) => Object.keys(value).length <= 64, "at most 64 TLVs are expected"));

/** What decides about encoding and segments. */
const content = {
  text: v.optional(v.pipe(v.string(), v.maxLength(65_535))),
  binary: v.optional(hex(65_535)),
  encoding: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9_-]{1,32}$/, "the name of an encoding is expected"))),
  language: v.optional(v.pipe(v.string(), v.regex(/^[a-z-]{1,32}$/, "the name of a language is expected"))),
  concat: v.optional(CONCATS),
  maxSegments: v.optional(whole(1, 255)),
  transliterate: v.optional(v.boolean()),
  substitute: v.optional(v.pipe(v.string(), v.check((value) => [...value].length === 1, "one character is expected"))),
  flash: v.optional(v.boolean()),
  udh: v.optional(hex(139)),
  reference: v.optional(whole(0, 65_535)),
};

const message = {
  to: address("to"),
  from: v.optional(address("from")),
  ...content,
  report: v.optional(v.picklist(["always", "failure", "success", "none"])),
  validity: v.optional(v.union([whole(1, 63 * 86_400), date], "seconds (at most 63 days) or a date and time are expected")),
  scheduleAt: v.optional(date),
  priority: v.optional(whole(0, 3)),
  serviceType: v.optional(ascii(0, 5)),
  protocolId: v.optional(whole(0, 255)),
  replaceIfPresent: v.optional(v.boolean()),
  smDefaultMsgId: v.optional(whole(0, 255)),
  tlvs: v.optional(Tlvs),
  account: v.optional(v.pipe(v.string(), v.maxLength(32))),
  callbackUrl: v.optional(v.pipe(v.string(), v.maxLength(500))),
  store: v.optional(v.picklist(["none"])),
  class: v.optional(v.picklist(CLASSES)),
  tag: v.optional(v.pipe(v.string(), v.regex(/^.{1,64}$/s, "1 to 64 characters are expected"))),
};
const Message = strict(message);
const PreviewMessage = strict({ ...message, to: v.optional(address("to")) });
const Key = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,255}$/, "1 to 255 printable ASCII characters without spaces are expected"));

/** What POST /v1/decode takes as JSON. */
export const DecodeInput = strict({
  pdus: v.pipe(v.string(), v.maxLength(MAX_BODY)),
  strict: v.optional(v.boolean()),
  maxPdu: v.optional(whole(16, MAX_BODY)),
});

/** `value` by `schema`; throws a {@link ProblemError} that names every field at fault. */
export function check<S extends v.GenericSchema>(schema: S, value: unknown, code: ProblemCode = "invalid-message", path = ""): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new ProblemError(code, undefined, { errors: faults(result.issues, path) });
}

/** An Idempotency-Key, of the parameter or header `name`. */
export function checkKey(key: unknown, name: string): string {
  return check(Key, key, "invalid-key", name);
}

/** What is to be previewed, checked beyond its types as well. */
export function checkPreview(value: unknown): PreviewInput {
  const input: PreviewInput = check(PreviewMessage, value);
  checkTogether(input, Date.now(), "");
  return input;
}

/** One message, checked beyond its types as well. `path` is where it stands in the body. */
export function checkMessage(value: unknown, now: number, path = ""): MessageInput {
  const input: MessageInput = check(Message, value, "invalid-message", path);
  checkTogether(input, now, path);
  input.to = typeof input.to === "string" ? canonicalAddress(input.to) : { ...input.to, addr: withoutSeparators(input.to.addr) };
  return input;
}

/** What fields say together. */
function checkTogether(input: PreviewInput, now: number, path: string): void {
  const errors: { path: string; message: string }[] = [];
  const fault = (field: string, message: string) => errors.push({ path: join(path, field), message });
  if (!hasOneContent(input)) fault("text", ONE_CONTENT);
  if (typeof input.validity === "string" && Date.parse(input.validity) <= now) fault("validity", "a time in the future is expected");
  if (input.scheduleAt !== undefined && Date.parse(input.scheduleAt) > now + MAX_AHEAD) fault("scheduleAt", "at most 90 days ahead are expected");
  if (input.scheduleAt !== undefined && typeof input.validity === "string" && Date.parse(input.validity) <= Date.parse(input.scheduleAt)) {
    fault("validity", "a time after scheduleAt is expected");
  }
  if (errors.length > 0) throw new ProblemError("invalid-message", undefined, { errors });
}

/** A message by RPC in the form of {@link MessageInput}, yet to be checked. */
export function fromRpc(message: unknown, now: number): unknown {
  if (!isRecord(message) || isPlain(message)) return message;
  const { binary, udh, validity, scheduleAt, tlvs, ...rest } = message;
  const out: Record<string, unknown> = { ...rest };
  if (binary !== undefined) out["binary"] = octets(binary);
  if (udh !== undefined) out["udh"] = octets(udh);
  if (validity !== undefined) out["validity"] = validity instanceof Date ? time(validity) : validity;
  if (scheduleAt !== undefined) out["scheduleAt"] = typeof scheduleAt === "number" ? time(new Date(now + scheduleAt * 1000)) : time(scheduleAt);
  if (tlvs !== undefined) out["tlvs"] = isRecord(tlvs) ? mapTlvs(tlvs, (value) => value instanceof Uint8Array ? { hex: toHex(value) } : value) : tlvs;
  return Object.fromEntries(Object.entries(out).filter(([, value]) => value !== undefined));
}

/** Whether a message by RPC has nothing that JSON has not: most are so, and need no copy. */
function isPlain(message: object): boolean {
  return Object.getPrototypeOf(message) === Object.prototype
    && Object.values(message).every((value) => typeof value === "string" || typeof value === "boolean");
}

/** What the client's `sendSms` takes, of a stored message. Validity and schedule are the gateway's to add. */
export function toSms(input: MessageInput): SmsMessage {
  const report = input.report ?? "always";
  const { account, binary, udh, tlvs, validity, scheduleAt, tag, class: kind, route, optOut, store, callbackUrl, counted } = input;
  // Most have none of them, and a copy without some fields takes several times as long.
  if ((account ?? binary ?? udh ?? tlvs ?? validity ?? scheduleAt ?? tag ?? kind ?? route ?? optOut ?? store ?? callbackUrl ?? counted) === undefined) return { ...input, report } as SmsMessage;
  const { account: _, binary: _binary, udh: _udh, tlvs: _tlvs, validity: _validity, scheduleAt: _schedule, tag: _tag, class: _class, route: _route, optOut: _optOut, store: _store, callbackUrl: _callback, counted: _counted, ...rest } = input;
  return {
    ...rest,
    report,
    ...(binary === undefined ? {} : { binary: fromHex(binary) }),
    ...(udh === undefined ? {} : { udh: fromHex(udh) }),
    ...(tlvs === undefined ? {} : { tlvs: mapTlvs(tlvs, (value) => isHex(value) ? fromHex(value.hex) : value) as TlvInput }),
  } as SmsMessage;
}

function hasOneContent({ text, binary }: PreviewInput): boolean {
  return (text === undefined) !== (binary === undefined);
}

function mapTlvs(tlvs: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tlvs).map(([name, value]) => [name, Array.isArray(value) ? value.map(change) : change(value)]));
}

function isHex(value: unknown): value is { hex: string } {
  return typeof value === "object" && value !== null && "hex" in value;
}

function octets(value: unknown): unknown {
  return value instanceof Uint8Array ? toHex(value) : value;
}

function time(value: unknown): unknown {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value;
}

function faults(issues: readonly v.BaseIssue<unknown>[], path: string): { path: string; message: string }[] {
  return issues.slice(0, 100).map((issue) => ({ path: join(path, v.getDotPath(issue) ?? ""), message: messageOf(issue) }));
}

const KINDS: Record<string, string> = { string: "a string", number: "a number", boolean: "true or false", array: "an array" };

/** What is wrong: in the words of the schema, or in ours where it has none of its own. */
function messageOf({ type, expected, message, input, requirement }: v.BaseIssue<unknown>): string {
  if (type === "strict_object") return expected === "never" ? "unknown field" : "it is missing";
  if (!message.startsWith("Invalid ")) return message;
  if (type === "max_length") return `at most ${requirement} ${typeof input === "string" ? "characters" : "values"} are expected`;
  return `${KINDS[type] ?? `one of ${expected?.replace(/[()]/g, "").replaceAll(" | ", ", ")}`} is expected`;
}

function join(path: string, field: string): string {
  return path && field ? `${path}.${field}` : path || field;
}
