/** Why a call was refused. */
export type SmppErrorCode = "invalid-field" | "unencodable" | "too-many-segments" | "queue-full" | "bind-type" | "closed";

/** What the functions and methods of this package throw. `"closed"`: the session is over, or was freed. */
export interface SmppError extends Error {
  name: "SmppError";
  code: SmppErrorCode;
  /** The option or field that the error is about, if it is about one; a TLV as `tlvs.` and its name. */
  field?: string;
  /** With the code "unencodable": the characters that the encoding lacks, each with its index in UTF-16 units. */
  unencodable?: { index: number; char: string }[];
}

/** An address as SMPP has it. */
export interface Address {
  /** Type of number: 0 unknown, 1 international, 2 national, 5 alphanumeric … */
  ton: number;
  /** Numbering plan: 0 unknown, 1 E.164 … */
  npi: number;
  /** The number or name, without a leading `+`. */
  addr: string;
}

export type Alphabet = "gsm7" | "gsm7-packed" | "latin1" | "ascii" | "utf8";
export type Concat = "udh8" | "udh16" | "sar" | "payload";
export type Encoding = "auto" | "gsm7" | "latin1" | "ascii" | "ucs2" | "iso-8859-5" | "iso-8859-8" | "utf8";
export type Version = "3.3" | "3.4" | "5.0";
/** A command_status by its name, such as `"ESME_RX_T_APPN"`. */
export type StatusName = `ESME_${string}`;

/** Settings of a session. Durations are whole milliseconds, and 0 turns a timer off. */
export interface SessionConfig {
  /** Default: empty. */
  systemId?: string;
  /** Default: empty. */
  password?: string;
  /** Default `"transceiver"`. */
  bind?: "transceiver" | "transmitter" | "receiver";
  /** Binds as a transmitter where the SMSC has no bind_transceiver, see the event `noTransceiver`. Default false. */
  fallback?: boolean;
  /** Default `"3.4"`. */
  version?: Version;
  /** The version of an SMSC that does not name its own. Default `"3.4"`. */
  assumeVersion?: Version;
  /** Default: empty. */
  systemType?: string;
  /** Default: empty. */
  addressRange?: string;
  /** Default 0. */
  addrTon?: number;
  /** Default 0. */
  addrNpi?: number;
  /** The most requests in flight. Default 10. */
  window?: number;
  /** The most requests a second. Default: no limit. */
  rate?: number;
  /** The most inbound requests a second. Default: no limit. */
  inboundRate?: number;
  /** The most requests that wait behind the window. Default 100,000. */
  maxQueue?: number;
  /** The longest PDU that is accepted, in bytes. Default 65,536. */
  maxPdu?: number;
  /** Default 30,000. */
  enquireLink?: number;
  /** Default 30,000. */
  responseTimeout?: number;
  /** Default 10,000. */
  bindTimeout?: number;
  /** At least 1. Default 5,000. */
  unbindTimeout?: number;
  /** Default 0. */
  inactivity?: number;
  /** Whether and how the event `connect` follows a lost connection. Default `{ min: 1_000, max: 60_000 }`. */
  reconnect?: boolean | { min?: number; max?: number };
  /** Refused binds in a row after which the session ends; 0: never. Default 0. */
  maxRefusals?: number;
  /** Whether ESME_RBINDFAIL ends the session as a wrong password does. Default false. */
  bindFailIsFinal?: boolean;
  /** The most inbound requests that wait for `respond`. Default 1,000. */
  maxUnacknowledged?: number;
  /** Default 25,000. */
  acknowledgeTimeout?: number;
  /** What data_coding 0 means at this SMSC. Default `"gsm7"`. */
  defaultAlphabet?: Alphabet;
  /** Default `"udh8"`. */
  concat?: Concat;
  /** Default `"as-is"`. */
  messageIdFormat?: "as-is" | "hex-response" | "hex-receipt";
  /** Reads an ordinary message whose text looks like a receipt as one. Default false. */
  plainReceipts?: boolean;
  /** Whether the segments of a long message are joined. Default true. */
  reassemble?: boolean;
  /** How long segments are waited for; 0: as long as there is room. Default 300,000. */
  segmentTimeout?: number;
  /** Start of the random numbers, for tests that repeat. Default: random. */
  seed?: number;
}

/** An SMS to send. */
export interface SmsMessage {
  /** The recipient: digits with an optional leading `+`, or all three fields. */
  to: string | Address;
  /** The sender: a number, or up to 11 characters with a letter. */
  from?: string | Address;
  /** One of `text` and `binary`. */
  text?: string;
  binary?: Uint8Array;
  /** Default `"auto"`. */
  encoding?: Encoding;
  /** The language whose national tables may be used, such as `"turkish"`. */
  language?: string;
  concat?: Concat;
  maxSegments?: number;
  /** When a delivery report is asked for. Default `"none"`. */
  report?: "none" | "always" | "failure" | "success";
  /** How long the SMSC may try: seconds, or a point in time. */
  validity?: number | Date;
  /** When the SMSC delivers it: seconds from now, or a point in time. */
  scheduleAt?: number | Date;
  flash?: boolean;
  /** 0 to 3. */
  priority?: number;
  serviceType?: string;
  /** Sets the octet itself: silent messages, data for the SIM. */
  dataCoding?: number;
  esmClass?: number;
  protocolId?: number;
  replaceIfPresent?: boolean;
  smDefaultMsgId?: number;
  /** Further elements of the user data header, without its length. */
  udh?: Uint8Array;
  tlvs?: TlvInput;
  /** Reference number of a long message. */
  reference?: number;
  transliterate?: boolean;
  /** One character that replaces each one that the encoding lacks. */
  substitute?: string;
}

export type SessionState = "closed" | "waiting" | "connecting" | "open" | "binding" | "bound" | "unbinding" | "unbound";

/** Figures of a session over all its connections. */
export interface SessionStats {
  inFlight: number;
  queued: number;
  unacknowledged: number;
  sent: number;
  responses: number;
  received: number;
  throttled: number;
  timeouts: number;
  lost: number;
  binds: number;
  /** Smoothed milliseconds from request to response. */
  rtt: number;
  octetsIn: number;
  octetsOut: number;
}

/** What became of a segment. */
export type SegmentOutcome = "accepted" | "rejected" | "unknown" | "not-sent";

export interface SentSegment {
  /** From 0. */
  index: number;
  /** The id the SMSC gave it; empty unless accepted. */
  messageId: string;
  outcome: SegmentOutcome;
  /** The status of a rejected segment. */
  status?: number;
  statusName?: string;
  /** Why it was not accepted. */
  message?: string;
}

export type ReportStatus =
  | "scheduled" | "enroute" | "delivered" | "expired" | "deleted" | "undeliverable" | "accepted" | "unknown" | "rejected" | "skipped";

/** A delivery report, without what the SMSC left out. */
export interface Report {
  /** The id in the form the submission was answered with. */
  messageId: string;
  /** The id as the receipt has it. */
  rawMessageId: string;
  status: ReportStatus;
  /** Whether no further report follows. */
  final: boolean;
  /** The SMSC's own word for the status. */
  stat?: string;
  errorCode?: string;
  /** Receipts name no zone: read as UTC. */
  submittedAt?: Date;
  doneAt?: Date;
  submitted?: number;
  delivered?: number;
  /** The start of the message's text. */
  text?: string;
  /** The recipient of the message that is reported on. */
  from: Address;
  /** Its sender. */
  to: Address;
  networkError?: { type: number; code: number };
  /** The PDU it came in; empty for `parseReceipt`. */
  pdu: Uint8Array;
}

/** An inbound message, its segments joined. */
export interface Message {
  from: Address;
  to: Address;
  /** The text, or `binary` if the content is bytes. */
  text?: string;
  binary?: Uint8Array;
  encoding: string;
  dataCoding: number;
  esmClass: number;
  protocolId: number;
  priority: number;
  serviceType: string;
  /** How many segments came. */
  segments: number;
  complete: boolean;
  /** The numbers, from 1, of the segments that did not come in time. */
  missing: number[];
  udh?: Uint8Array;
  /** The PDUs it came in. */
  pdus: Uint8Array[];
}

/** One thing that happened. Those with a `request` wait for `respond(request)`. */
export type SmppEvent =
  /** Open a connection, then call `bind()`; if that fails, `closed()`. */
  | { type: "connect"; endpoint: number }
  /** With `fallback`: the next `bind()` binds as a transmitter. A second session can bind as a receiver. */
  | { type: "noTransceiver" }
  | { type: "bound"; systemId: string; version: number }
  /** Every segment of an SMS has an outcome. */
  | {
      type: "sent"; ticket: number; messageId: string; status: SegmentOutcome | "partial"; segments: SentSegment[]; encoding: string;
    }
  | { type: "response"; ticket: number; status: number; statusName: string; pdu: Uint8Array }
  | { type: "requestFailed"; ticket: number; outcome: SegmentOutcome; message: string }
  /** There is no `request` for a receipt in segments of which some did not come in time. */
  | { type: "report"; request?: number; report: Report }
  /** There is no `request` for a message whose missing segments did not come in time. */
  | { type: "message"; request?: number; message: Message }
  | { type: "request"; request: number; pdu: Uint8Array }
  /** `request` takes no answer any more: it waited too long, or its connection ended. The SMSC redelivers it. */
  | { type: "withdrawn"; request: number }
  | { type: "notification"; pdu: Uint8Array }
  | { type: "undecodable"; pdu: Uint8Array; message: string }
  | { type: "throttled"; statusName: string; pause: number }
  /** Write what `transmit()` has left, then close the connection. Without `retryIn` the session is over. */
  | {
      type: "disconnect";
      reason: "connect" | "refused" | "timeout" | "unbound" | "closed" | "protocol" | "lost";
      message: string; status?: number; statusName?: string; retryIn?: number;
    };

export type TlvValue = number | string | Uint8Array;
/** TLVs by the specification's name or by tag number; an array repeats the TLV. */
export type TlvInput = Record<string, TlvValue | TlvValue[]>;

/** A PDU by the specification's names. */
export interface PduInput {
  command: string | number;
  status?: number;
  sequence?: number;
  tlvs?: TlvInput;
  [field: string]: unknown;
}

export interface DecodeOptions {
  /** Reports what real peers get away with, too. Default false. */
  strict?: boolean;
  /** Default 65,536. */
  maxPdu?: number;
}

export interface DecodeResult {
  pdus: DecodedPdu[];
  /** Bytes behind the last whole PDU. */
  rest: number;
  /** Why the stream can't be read any further. */
  error: Fault | undefined;
}

export interface DecodedPdu {
  offset: number;
  commandLength: number;
  /** `"submit_sm"`, or `"unknown"`. */
  command: string;
  commandId: number;
  status: number;
  statusName: string;
  sequence: number;
  /** Whether its structure is sound. */
  valid: boolean;
  fields: Field[];
  tlvs: (Field & { tag: number })[];
  faults: Fault[];
  bytes: Uint8Array;
  text?: { value: string; encoding: string };
  udh?: Field[];
  receipt?: Report;
}

export interface Field {
  /** The specification's name. */
  name: string;
  offset: number;
  length: number;
  bytes: Uint8Array;
  value: string | number | Uint8Array | Field[];
  meaning?: string;
  children?: Field[];
}

export interface Fault {
  severity: "error" | "note";
  kind: string;
  field: string;
  offset: number;
  expected: string | undefined;
  found: string | undefined;
  section: string;
}

/** The TLVs of a receipt. */
export interface ReceiptTlvs {
  receipted_message_id?: string;
  message_state?: number;
  network_error_code?: Uint8Array;
}

export interface CountOptions {
  encoding?: Encoding;
  language?: string;
  concat?: Concat;
  defaultAlphabet?: Alphabet;
  transliterate?: boolean;
  substitute?: string;
  flash?: boolean;
  udh?: Uint8Array;
  reference?: number;
}

export interface SegmentCount {
  encoding: string;
  dataCoding: number;
  segments: number;
  /** What the text takes in all: septets, UTF-16 units or bytes. */
  units: number;
  /** How many more units the last segment holds. */
  remaining: number;
  parts: { octets: Uint8Array; udh?: Uint8Array }[];
  unencodable: { index: number; char: string }[];
}
