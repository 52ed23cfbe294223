// Programs over the whole API of the client, drawn at random: what they call, in which order, with what, and what their callbacks do.

import * as fc from "fast-check";
import { STRANGE } from "../client/misuse.ts";
import type { Act, PeerPlan, Reply, SocketPlan } from "./peer.ts";

/** What a callback does. */
export type Doing = "nothing" | "throws" | "rejects" | "hangs" | "waits" | "oddThenable" | "refuses" | "closes" | "sends" | "bulk" | "loops" | "connects" | "stats" | "aborts" | "decodes" | "freezes";
/** Where messages of `sendMany` come from. */
export type SourceKind = "array" | "generator" | "asyncGenerator" | "endless" | "endlessAsync" | "endlessWrong" | "hangs" | "throws" | "rejects" | "noObject" | "slow" | "reenters" | "returnThrows" | "strange" | "empty";
/** How a loop over reports or messages goes. */
export type LoopKind = "reads" | "breaks" | "throws" | "hangs" | "ignores" | "asksAhead" | "returns" | "slow" | "throwsIn";
/** The signal of a call. */
export type SignalKind = "none" | "later" | "aborted" | "strange" | "shared";

export type Step =
  | { do: "wait"; millis: number }
  | { do: "send"; text: number; report: boolean; signal: SignalKind; odd: number; delivered: "no" | "wait" | "timeout" | "signal" | "wrong" }
  | { do: "bulk"; source: SourceKind; count: number; onResult: Doing; signal: SignalKind }
  | { do: "query" | "cancel" | "replace" | "request"; odd: number; signal: SignalKind }
  | { do: "loop"; of: "reports" | "messages"; kind: LoopKind }
  | { do: "abort" }
  | { do: "close" }
  | { do: "stats" }
  | { do: "misuse"; method: number; strange: number; other: number };

export interface Program {
  options: Record<string, unknown>;
  callbacks: { [name in "onReport" | "onMessage" | "onSegment" | "onPdu" | "onState" | "onOctets" | "log"]?: Doing };
  /** A value that is no option's, put at one of them. */
  oddOption: { name: string; strange: number } | undefined;
  signal: SignalKind;
  peer: PeerPlan;
  steps: Step[];
  /** Milliseconds between the last step and the end. */
  rest: number;
}

const of = <T extends string>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const usually = <T>(usual: T, other: fc.Arbitrary<T>, weight = 8): fc.Arbitrary<T> => fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const after = fc.constantFrom(0, 0, 0, 1, 50, 900, 4_000, 40_000);
const strange = fc.nat(STRANGE.length - 1);

const reply: fc.Arbitrary<Reply> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: of("answer"), after }) },
  { weight: 3, arbitrary: fc.record({ do: of("twice", "nack", "wrongSequence", "wrongKind", "undecodable"), after }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("refuse" as const), after, status: fc.constantFrom(0x58, 0x14, 0x0b, 0x08, 0x45, 0xfff) }) },
  { weight: 2, arbitrary: fc.record({ do: of("never", "garbage", "drop", "end", "fail") }) },
) as fc.Arbitrary<Reply>;

const bindReply: fc.Arbitrary<Reply> = usually<Reply>({ do: "answer", after: 0 }, fc.oneof(reply, fc.record({ do: fc.constant("refuse" as const), after, status: fc.constantFrom(3, 5, 0x0d, 0x0e, 0x0f) })), 10);

const socket: fc.Arbitrary<SocketPlan> = fc.record({
  make: usually<SocketPlan["make"]>("works", of("throws", "rejects", "hangs", "nothing", "number", "late", "noStreams"), 12),
  opened: usually<SocketPlan["opened"]>("opens", of("absent", "rejects", "hangs"), 12),
  close: usually<SocketPlan["close"]>("works", of("hangs", "rejects", "throws"), 3),
  write: usually<SocketPlan["write"]>("works", of("hangs", "rejects", "throws", "slow"), 12),
  read: usually<SocketPlan["read"]>("works", of("byob", "strings", "rejects", "endless"), 8),
  chunk: fc.constantFrom(0, 0, 0, 1, 7, 100),
  bind: bindReply,
});

const act: fc.Arbitrary<Act> = fc.record({
  at: fc.constantFrom(0, 1, 10, 300, 2_000, 9_000, 30_000),
  do: of("receipt", "receipt", "receipt", "strayReceipt", "message", "message", "segment", "segment", "segment", "enquire", "unbind", "alert", "outbind", "unknown", "broken", "large", "flood", "garbage", "drop", "response"),
  number: fc.nat(200),
});

const doing: fc.Arbitrary<Doing> = of(
  "nothing", "nothing", "throws", "rejects", "hangs", "waits", "oddThenable", "refuses", "closes", "sends", "bulk", "loops", "connects", "stats", "aborts", "decodes", "freezes",
);
const signalKind: fc.Arbitrary<SignalKind> = usually<SignalKind>("none", of("later", "aborted", "strange", "shared"), 3);
const odd = usually(-1, strange, 6);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: of("wait"), millis: fc.constantFrom(0, 1, 100, 1_500, 12_000, 70_000) }) },
  { weight: 8, arbitrary: fc.record({ do: of("send"), text: fc.constantFrom(0, 5, 5, 5, 161, 1_000), report: fc.boolean(), signal: signalKind, odd, delivered: of("no", "no", "wait", "timeout", "signal", "wrong") }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: of("bulk"),
      source: of("array", "generator", "asyncGenerator", "endless", "endlessAsync", "endlessWrong", "hangs", "throws", "rejects", "noObject", "slow", "reenters", "returnThrows", "strange", "empty"),
      count: fc.constantFrom(1, 3, 20, 1_100), onResult: doing, signal: signalKind,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: of("query", "cancel", "replace", "request"), odd, signal: signalKind }) },
  { weight: 3, arbitrary: fc.record({ do: of("loop"), of: of("reports", "messages"), kind: of("reads", "breaks", "throws", "hangs", "ignores", "asksAhead", "returns", "slow", "throwsIn") }) },
  { weight: 1, arbitrary: fc.record({ do: of("abort") }) },
  { weight: 1, arbitrary: fc.record({ do: of("close") }) },
  { weight: 1, arbitrary: fc.record({ do: of("stats") }) },
  { weight: 2, arbitrary: fc.record({ do: of("misuse"), method: fc.nat(7), strange, other: strange }) },
) as fc.Arbitrary<Step>;

const options = fc.record({
  bind: of("transceiver", "transceiver", "transceiver", "transmitter", "receiver"),
  version: of("3.3", "3.4", "5.0"),
  fallback: fc.boolean(),
  binds: fc.constantFrom(1, 2, 3),
  window: fc.constantFrom(1, 2, 10, 1_000),
  rate: fc.constantFrom(5, 100, 1_000),
  inboundRate: fc.constantFrom(2, 100),
  maxQueue: fc.constantFrom(1, 10, 100_000),
  maxPdu: fc.constantFrom(64, 65_536),
  enquireLink: fc.constantFrom(0, 500, 30_000),
  responseTimeout: fc.constantFrom(0, 100, 3_000, 30_000),
  bindTimeout: fc.constantFrom(0, 50, 1_000, 10_000),
  unbindTimeout: fc.constantFrom(1, 5_000),
  inactivity: fc.constantFrom(0, 400, 20_000),
  reconnect: fc.constantFrom<unknown>(true, false, { min: 50, max: 100 }, { min: 100, max: 3_000 }),
  maxRefusals: fc.constantFrom(0, 1, 3),
  bindFailIsFinal: fc.boolean(),
  endpoints: fc.constantFrom<unknown>([], ["smpp://second"], [{ host: "second" }, "smpps://third:1"]),
  concat: of("udh8", "udh16", "sar", "payload"),
  defaultAlphabet: of("gsm7", "gsm7-packed", "latin1", "ascii", "utf8"),
  messageIdFormat: of("as-is", "hex-response", "hex-receipt"),
  plainReceipts: fc.boolean(),
  reassemble: fc.boolean(),
  partTimeout: fc.constantFrom(0, 100, 20_000),
  maxUnacknowledged: fc.constantFrom(1, 5, 1_000),
  acknowledgeTimeout: fc.constantFrom(0, 100, 25_000),
  logTexts: fc.boolean(),
}, { requiredKeys: [] });

const rarely = fc.option(doing, { nil: undefined, freq: 2 });

export const programs: fc.Arbitrary<Program> = fc.record({
  options,
  callbacks: fc.record({ onReport: rarely, onMessage: rarely, onSegment: fc.option(doing, { nil: undefined, freq: 1 }), onPdu: rarely, onState: rarely, onOctets: rarely, log: rarely }),
  oddOption: fc.option(fc.record({ name: of("window", "onReport", "socket", "log", "tls", "reconnect", "endpoints", "signal", "host", "password", "windo"), strange }), { nil: undefined, freq: 12 }),
  signal: usually<SignalKind>("none", of("later", "aborted", "strange", "shared"), 10),
  peer: fc.record({ sockets: fc.array(socket, { minLength: 1, maxLength: 3 }), replies: fc.array(reply, { minLength: 1, maxLength: 12 }), acts: fc.array(act, { maxLength: 10 }) }),
  steps: fc.array(step, { maxLength: 14 }),
  rest: fc.constantFrom(0, 10, 5_000, 100_000),
}) as fc.Arbitrary<Program>;
