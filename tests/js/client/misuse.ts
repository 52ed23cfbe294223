// What users hand over by mistake, or worse.

import type { SmppClient, SmsMessage } from "smpp-edge";

const trap = (): never => {
  throw new Error("a trap");
};
/** Throws at whatever is done with it. */
const trapped = new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap });
const unprintable = { toString: trap, valueOf: trap, [Symbol.toPrimitive]: trap };
const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
})();
class Lying extends Uint8Array {
  override get length(): number {
    return trap();
  }
}
/** An array whose iterator never ends. */
export const endless: unknown = Object.defineProperty([1], Symbol.iterator, { value: () => ({ next: () => ({ done: false, value: 1 }) }) });
const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;

/** A value that can be anything but what is wanted. */
export const STRANGE: readonly unknown[] = [
  null, true, -1, 1.5, NaN, Infinity, 2 ** 53, 7n, Symbol("s"), "", "\0", "x".repeat(100), [], [1], {}, trap, () => 1, new Date(NaN), new Date(), new Map(), new Uint8Array(3),
  new ArrayBuffer(2), new Lying(2), trapped, revoked, unprintable, endless, cyclic, Object.create(null), Promise.resolve(1), new AbortController(), Object.create(AbortSignal.prototype),
];

const getter = (name: string): object => Object.defineProperty({}, name, { enumerable: true, get: trap });

/** Messages that can't be sent, each with the field that is at fault. */
export function wrongMessages(right: SmsMessage): [field: string, message: SmsMessage][] {
  const wrong: Record<string, unknown[]> = {
    to: [undefined, null, "", "hello world, this is long", 15551230000, {}, { ton: 1, npi: 1 }, { ton: 256, npi: 1, addr: "1" }, { ton: 1, npi: "1", addr: "1" }, { ton: 1, npi: 1, addr: 1 }, { ton: 1, npi: 1, addr: "1".repeat(21) }, trapped, revoked, getter("addr"), ["1"]],
    from: [null, 5, "longer than eleven letters", { ton: -1, npi: 0, addr: "" }, { ton: 1.5, npi: 0, addr: "1" }, { ton: 5, npi: 0, addr: "ж" }, { ton: 5, npi: 0, addr: "a\0b" }, trapped],
    text: [undefined, null, 5, {}, unprintable, new String("text"), revoked],
    encoding: [null, 5, "ebcdic", unprintable, "toString"],
    language: [null, 5, "elvish", unprintable],
    concat: [null, "glue", ["udh8"], unprintable],
    maxSegments: [null, 0, 256, 1.5, "2", NaN],
    report: [null, true, "maybe", unprintable],
    validity: [null, 0, -1, NaN, Infinity, "1h", 99 * 86_400 + 1, 2 ** 32 + 5, new Date(NaN), new Date("2100-01-01"), trapped, unprintable],
    scheduleAt: [null, 0, -1, NaN, Infinity, "now", new Date(NaN), new Date("1999-12-31"), new Date("2100-01-01"), 1e11, trapped],
    flash: [null, 1, "false"],
    priority: [null, -1, 4, 9, 256, "x", 1.5],
    serviceType: [null, 5, "longer than five", "ж", "a\0", unprintable],
    protocolId: [null, 256, -1, "0"],
    replaceIfPresent: [null, 1],
    smDefaultMsgId: [null, 256, 0.5],
    udh: [null, "05000301", [0, 3, 1], new Uint8Array([0]), new Uint8Array(200), new ArrayBuffer(3), revoked],
    tlvs: [null, [], "x", trapped, revoked],
    reference: [null, -1, 65_536, "1"],
    tag: [null, 1, {}, unprintable],
    dataCoding: [null, -1, 256, "8", 1.5],
    esmClass: [null, -1, 256, "4"],
    transliterate: [null, "yes"],
    substitute: [null, "", "ab", 63],
    signal: [null, {}, new AbortController(), Object.create(AbortSignal.prototype), trapped, { aborted: false, addEventListener: trap }],
    reprot: ["always"],
    To: ["1"],
    constructor: [1],
    __proto: [1],
  };
  const all = Object.entries(wrong).flatMap(([field, values]) => values.map((value): [string, unknown] => [field, { ...right, [field]: value }]));
  for (const field of ["to", "from", "text", "encoding", "validity", "tlvs", "tag", "signal", "reprot"]) {
    all.push([field, Object.defineProperty({ ...right }, field, { enumerable: true, get: trap })]);
  }
  const { text: _, ...rest } = right;
  for (const binary of [null, "00", [1], new ArrayBuffer(2), new DataView(new ArrayBuffer(2)), revoked]) all.push(["binary", { ...rest, binary }]);
  all.push(
    ["text", { ...right, binary: new Uint8Array(1) }],
    ["text", rest],
    ["dataCoding", { ...right, flash: true, dataCoding: 0 }],
    ["language", { ...right, binary: undefined, language: "toString" }],
    ["no_such_tlv", { ...right, tlvs: { no_such_tlv: 1 } }],
    ["user_message_reference", { ...right, tlvs: { user_message_reference: 1.5 } }],
    ["user_message_reference", { ...right, tlvs: { user_message_reference: null } }],
    ["user_message_reference", { ...right, tlvs: { user_message_reference: cyclic } }],
    ["user_message_reference", { ...right, tlvs: { user_message_reference: [1, {}] } }],
    ["user_message_reference", { ...right, tlvs: { user_message_reference: new Array(1e9) } }],
    ["tlvs", { ...right, tlvs: getter("user_message_reference") }],
    ["tlvs", { ...right, tlvs: { message_payload: "y" } }],
    ["tlvs", { ...right, text: "x".repeat(161), tlvs: { sar_total_segments: 2 } }],
  );
  for (const message of [null, undefined, 5, "text", true, [], [right], () => right, Symbol("s")]) all.push(["message", message]);
  // What can't be read at all is told by the first field.
  for (const message of [revoked, trapped]) all.push(["to", message]);
  return all as [string, SmsMessage][];
}

/** Calls with an argument that can't be used, each with what is at fault. */
export function wrongCalls(smpp: SmppClient, right: SmsMessage): [field: string, call: () => unknown][] {
  const calls: [string, (value: never) => unknown, unknown[]][] = [
    ["messageId", (id) => smpp.query(id), [undefined, null, "", 5, unprintable, revoked]],
    ["messageId", (id) => smpp.cancel(id), [undefined, "", {}]],
    ["messageId", (id) => smpp.replace(id, { text: "x" }), [undefined, "", 1]],
    ["options", (options) => smpp.query("1", options), [null, 5, "x", [], revoked]],
    ["options", (options) => smpp.cancel("1", options), [null, 5]],
    ["replacement", (replacement) => smpp.replace("1", replacement), [undefined, null, "text"]],
    ["options", (options) => smpp.request({ command: "enquire_link" }, options), [null, 5]],
    ["from", (from) => smpp.query("1", { from }), [null, 5, {}, trapped]],
    ["to", (to) => smpp.cancel("1", { to }), [null, {}, revoked]],
    ["serviceType", (serviceType) => smpp.cancel("1", { serviceType }), [null, 5]],
    ["form", (form) => smpp.query("1", { form } as object), ["12345"]],
    ["text", (text) => smpp.replace("1", { text }), [undefined, null, 5]],
    ["binary", (binary) => smpp.replace("1", { binary }), [null, "00", revoked]],
    ["encoding", (encoding) => smpp.replace("1", { text: "x", encoding }), [null, unprintable]],
    ["validity", (validity) => smpp.replace("1", { text: "x", validity }), [null, 0, trapped]],
    ["scheduleAt", (scheduleAt) => smpp.replace("1", { text: "x", scheduleAt }), [null, 0, trapped]],
    ["report", (report) => smpp.replace("1", { text: "x", report }), [null, "maybe"]],
    ["smDefaultMsgId", (smDefaultMsgId) => smpp.replace("1", { text: "x", smDefaultMsgId }), [null, 256]],
    ["signal", (signal) => smpp.request({ command: "query_sm", message_id: "1" }, { signal }), [null, {}, new AbortController(), trapped]],
    ["pdu", (pdu) => smpp.request(pdu), [undefined, null, 5, "enquire_link", [], revoked, trapped, getter("message_id")]],
    ["command", (command) => smpp.request({ command }), [undefined, null, {}, unprintable]],
    ["message_id", (message_id) => smpp.request({ command: "query_sm", message_id }), [null, 1.5, revoked, trapped, new Array(1e9), getter("x")]],
    ["self", (message_id) => smpp.request({ command: "query_sm", message_id }), [cyclic]],
    ["messages", (messages) => smpp.sendMany(messages), [undefined, null, 5, "text", {}, right, getter("x"), revoked, trapped, { [Symbol.iterator]: 1 }, { [Symbol.iterator]: trap }, { [Symbol.iterator]: () => 5 }]],
    ["options", (options) => smpp.sendMany([right], options), [null, 5, "x", revoked]],
    ["onResult", (onResult) => smpp.sendMany([right], { onResult }), [null, {}, "x"]],
    ["signal", (signal) => smpp.sendMany([right], { signal }), [null, {}, new AbortController(), trapped]],
    ["onresult", (onresult) => smpp.sendMany([right], { onresult } as object), [() => {}]],
  ];
  return calls.flatMap(([field, call, values]) => values.map((value): [string, () => unknown] => [field, () => call(value as never)]));
}
