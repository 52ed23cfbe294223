// What goes to and comes from the engine, in plain JavaScript values.

import { Outcome, type Alphabet, type BindType, type CloseKind, type Concat, type ErrorCode, type Ia5, type LinkState, type LogLevel, type MessageIdFormat, type ReportStatus, type Version } from "#boundary";

/** An address as SMPP has it. */
export interface Address {
  /** Type of number: 0 unknown, 1 international, 2 national, 5 alphanumeric … */
  ton: number;
  /** Numbering plan: 0 unknown, 1 E.164 … */
  npi: number;
  /** The number or name, without a leading `+`. */
  addr: string;
  /**
   * Of what comes in: the number in the form that `sendSms` takes, `"+1234567890"` if it is international, to be compared with the one
   * sent to; undefined for a name. Ignored in what goes out.
   */
  number?: string | undefined;
}

export type { Alphabet, BindType, Concat, Ia5, LinkState, MessageIdFormat, ReportStatus, Version };

/** Settings of a session; what is left out has the engine's default. Durations in milliseconds, 0 = off. */
export interface EngineConfig {
  role: "esme" | "smsc";
  bind?: BindType;
  systemId?: string;
  password?: string;
  systemType?: string;
  addressRange?: string;
  addrTon?: number;
  addrNpi?: number;
  /** Version of SMPP, `"3.3"`, `"3.4"` or `"5.0"`. Default: of an ESME `"3.4"`, of an SMSC `"5.0"`. */
  version?: Version;
  /**
   * The version of a peer that does not name its own; `"3.3"` is the strict reading, which sends no TLVs. Default: of an SMSC `"3.4"`,
   * of an ESME `"3.3"`.
   */
  assumeVersion?: Version;
  /** Most requests without an answer at a time, 1 to 1,000. Default 10. */
  window?: number;
  /** Most requests a second, above 0. Default: no limit. */
  rate?: number;
  /** Most requests of the peer a second, above 0; more are refused for now. Default: no limit. */
  inboundRate?: number;
  /** Most requests that wait behind the window, 1 or more. Default 100,000. */
  maxQueue?: number;
  /** Longest PDU that is taken from the peer, in bytes, 16 or more; a longer one ends the connection. Default 65,536. */
  maxPdu?: number;
  /** Milliseconds of quiet after which enquire_link is sent; 0: never. Default 30,000. */
  enquireLink?: number;
  enquireLinkTimeout?: number;
  /** Milliseconds that an answer may take; 0: for ever. Default 30,000. */
  responseTimeout?: number;
  bindTimeout?: number;
  /** Milliseconds that the answer to unbind may take, 1 or more. Default 5,000. */
  unbindTimeout?: number;
  /** Milliseconds that a connection may stay without a bind; 0: no limit. Default 10,000. Of an SMSC alone. */
  sessionInit?: number;
  /** Milliseconds without an operation after which the session is ended; 0: never. Default: of an SMSC 300,000, of an ESME 0. */
  inactivity?: number;
  /** null: never connect again, once all endpoints were tried. */
  reconnect?: { min: number; max: number } | null;
  /** How many endpoints `OpenTransport` has to offer; they are tried in order. 1 by default. */
  endpoints?: number;
  /** Refused binds in a row after which the session ends; 0, the default: never. ESME_RALYBND does not count. */
  maxRefusals?: number;
  /** ESME_RBINDFAIL ends the session, as a wrong password does. */
  bindFailIsFinal?: boolean;
  /** Goes on as a transmitter where the SMSC has no bind_transceiver; see `noTransceiver`. */
  fallBack?: boolean;
  /** What data_coding 0 means. Default `"gsm7"`. */
  defaultAlphabet?: Alphabet;
  /** How long messages are split. Default `"udh8"`. */
  concat?: Concat;
  messageIdFormat?: MessageIdFormat;
  /** Minutes that the dates of receipts are ahead of UTC. */
  receiptZone?: number;
  /** What data_coding 1 is read as; "auto": GSM 03.38 where ASCII text can't be meant. */
  ia5?: Ia5;
  /** Most requests of the peer that wait for a handler, 1 or more; more are refused for now. Default 1,000. */
  maxUnacknowledged?: number;
  /** Milliseconds that a handler may take before the request is refused for now; 0: no limit. Default 25,000. */
  acknowledgeTimeout?: number;
  /** false: a request that the peer is too busy for ends with its refusal, unless it is a segment of a long message. */
  retryBusy?: boolean;
  /** Takes what reads like a receipt for one, though it is not marked as such. */
  plainReceipts?: boolean;
  /** false: each part of a long message is handed over by itself. */
  reassemble?: boolean;
  /** Segments are handed over as they come, with their keys, to be kept and joined by whoever takes them. */
  segments?: boolean;
  /** How long the parts of a long message are waited for; 0: as long as there is room. */
  partTimeout?: number;
  log?: LogLevel;
  seed?: number;
}

export { Outcome };

/** Why a connection ended. */
export interface CloseDetail {
  kind: CloseKind | "panic";
  /** The status of a refused bind. */
  status?: number;
  /** What the SMSC says of it (additional_status_info_text). */
  info?: string;
  /** The bind, where it is not the one that was asked for. */
  bind?: BindType;
  /** Which of several connections it was, from 1, while others are bound. */
  connection?: number;
  message: string;
  /** Milliseconds until the next attempt, 0 for the next endpoint or kind of bind; absent if there is none. */
  retryIn?: number;
  cause?: unknown;
}

export type TlvValue = number | string | Uint8Array;
/** TLVs by the specification's name, or by tag number. */
export type TlvInput = Record<string, TlvValue | TlvValue[]>;

/** Any PDU by name, with the specification's field names. */
export interface PduInput {
  /** The name, such as `"data_sm"`, or the command_id. */
  command: string | number;
  /** command_status. Default 0. */
  status?: number;
  /** sequence_number. Default: the next one. */
  sequence?: number;
  /** TLVs by name or number; an array is the TLV repeated. */
  tlvs?: TlvInput;
  [field: string]: unknown;
}

/** An SMS to send, as the engine takes it. */
export interface SmsFields {
  from: Address;
  to: Address;
  text?: string;
  binary?: Uint8Array;
  encoding: string;
  registeredDelivery: number;
  more?: SmsMore;
}

/** What most SMS have nothing of. */
export interface SmsMore {
  language?: string;
  concat?: Concat;
  maxSegments?: number;
  /** Seconds, or an SMPP time. */
  validity?: number | string;
  /** Milliseconds after which it is not sent any more; without it, `validity` in seconds. */
  expiresIn?: number;
  /** An SMPP time. */
  scheduleAt?: string;
  flash?: boolean;
  priority?: number;
  serviceType?: string;
  protocolId?: number;
  replaceIfPresent?: boolean;
  smDefaultMsgId?: number;
  /** User data header elements, without the length octet. */
  udh?: Uint8Array;
  tlvs?: TlvInput;
  /** Reference number of a long message, 0 to 65535. */
  reference?: number;
  /** data_coding and esm_class as they are sent; the bit for a user data header is added where there is one. */
  dataCoding?: number;
  esmClass?: number;
  transliterate?: boolean;
  /** Stands in for each character that can't be encoded. */
  substitute?: string;
}

/** What became of an SMS: its segments, and the coding they are in. */
export interface SmsPlan {
  segments: number;
  encoding: string;
}

export type EngineErrorCode = ErrorCode | "invalid-option";

/** A request that was not taken; nothing was sent. */
export class EngineError extends Error {
  override name = "EngineError";
  readonly code: EngineErrorCode;
  readonly field: string | undefined;
  readonly unencodable: { index: number; char: string }[] | undefined;

  constructor(
    code: EngineErrorCode,
    message: string,
    field?: string,
    unencodable?: { index: number; char: string }[],
  ) {
    super(message);
    this.code = code;
    this.field = field;
    this.unencodable = unencodable;
  }
}

/** A message that came in, whole or one segment. */
export interface EngineMessage {
  /** The sender. */
  from: Address;
  /** The recipient. */
  to: Address;
  /** The text; undefined if it is not text. */
  text: string | undefined;
  /** The octets, if it is not text. */
  binary: Uint8Array | undefined;
  /** The encoding it came in. */
  encoding: string;
  /** data_coding of the first segment. */
  dataCoding: number;
  /** esm_class of the first segment. */
  esmClass: number;
  /** registered_delivery: which reports the sender asks for. */
  registeredDelivery: number;
  /** protocol_id. */
  protocolId: number;
  /** priority_flag. */
  priority: number;
  /** service_type. */
  serviceType: string;
  /** How many segments it came in. */
  segments: number;
  /** False if segments did not come in time. */
  complete: boolean;
  /** Numbers of the segments that did not, from 1. */
  missing: number[];
  /** Where a segment stands in its message, if segments are not joined. */
  concat: { reference: number; total: number; part: number } | undefined;
  /** The user data header of the first segment, with its length octet. */
  udh: Uint8Array | undefined;
  /** The PDU it came by, such as `"deliver_sm"` or `"data_sm"`. */
  command: string;
  /** sequence_number of its PDU. */
  sequence: number;
  /** The PDUs it came in. */
  frames: Uint8Array[];
}

/** A segment of a long inbound message, as it came. */
export interface Segment {
  /**
   * Equal for all segments of one message: addresses, kind, reference and total. A sender that uses its reference again makes another
   * message of the same key.
   */
  key: string;
  /** Equal where the SMSC repeats a segment; it differs between segments of one key and number that belong to two messages. */
  digest: string;
  reference: number;
  /** How many segments the message has, 2 or more. */
  total: number;
  /** Which one this is, from 1. */
  part: number;
  /** The PDU it came in, for `joinSegments` and `decodePdus`. */
  pdu: Uint8Array;
}

/** A delivery report. What the SMSC left out is undefined. */
export interface Report {
  /** The id in the form the submission was answered with (see `messageIdFormat`). */
  messageId: string;
  /** The id as it stands in the report. */
  rawMessageId: string;
  /** The `tag` of the message it is on, if that had one and the client still knows it. */
  tag?: string | undefined;
  status: ReportStatus;
  /** Whether nothing more is to come. */
  final: boolean;
  /** `stat`, the SMSC's own word, with its reason if it gives one. */
  stat: string | undefined;
  /** `err`, as it stands there. */
  errorCode: string | undefined;
  /** `submit date` and `done date`; without a zone of their own they are in `receiptZone`. */
  submittedAt: Date | undefined;
  doneAt: Date | undefined;
  /** `sub` and `dlvrd`. */
  submitted: number | undefined;
  delivered: number | undefined;
  /** The start of the message's text. */
  text: string | undefined;
  /** The recipient of the message that is reported on. */
  from: Address;
  /** Its sender. */
  to: Address;
  /** network_error_code. */
  networkError: { type: number; code: number } | undefined;
  /** Further fields of its text by their names; empty if there are none. */
  extra: Readonly<Record<string, string>>;
  /** The octets of the report's text. */
  raw: Uint8Array;
  /** The PDU it came in, for `decodePdus`. */
  pdu: Uint8Array;
}

/** A bind that asks to be let in. */
export interface BindRequest {
  /** Which of the three binds it is. */
  bind: BindType;
  /** interface_version as it came: 0x34 is 3.4. */
  version: number;
  /** system_id. */
  systemId: string;
  /** password: compare it in constant time, and never log it. */
  password: string;
  /** system_type. */
  systemType: string;
  /** address_range. */
  addressRange: string;
  /** addr_ton. */
  addrTon: number;
  /** addr_npi. */
  addrNpi: number;
}

/** Figures of a session, over all its connections. */
export interface EngineStats {
  state: LinkState;
  /** Requests without an answer. */
  inFlight: number;
  /** Segments and requests behind the window. */
  queued: number;
  /** Inbound requests that have not been answered. */
  unacknowledged: number;
  /** Requests sent; each segment is one. */
  sent: number;
  /** Answers to them. */
  responses: number;
  /** Inbound requests. */
  received: number;
  /** Answers ESME_RTHROTTLED and ESME_RMSGQFUL. */
  throttled: number;
  /** Requests without an answer in time. */
  timeouts: number;
  /** Requests on the wire when their connection was lost. */
  lost: number;
  /** Answers that came after the request's time. */
  late: number;
  /** Answers that no request was open for. */
  unmatched: number;
  /** Inbound requests that the session refused by itself. */
  refused: number;
  /** PDUs that could not be decoded. */
  undecodable: number;
  /** Times bound. */
  binds: number;
  /** How many connections are bound, where there are several. */
  bound?: number;
  /** Smoothed time from request to answer, milliseconds. */
  rtt: number;
  octetsIn: number;
  octetsOut: number;
  /** Requests a second in force; undefined without a limit. */
  rate: number | undefined;
}

/** Receives what happens in a session. Calls into the link are fine from here. */
export interface LinkSink {
  state(state: LinkState, detail: CloseDetail | undefined): void;
  bound(peer: { systemId: string; version: number }): void;
  /** The SMSC has no bind_transceiver: this session goes on as a transmitter, what is delivered needs a second one. */
  noTransceiver?(): void;
  /**
   * One segment of an SMS, or a request, came to its end. `key` is to be compared with that of a report; `frame` is the response to a `request`, `info` what the SMSC says of a refusal
   * (additional_status_info_text).
   */
  settled(ticket: number, index: number, outcome: Outcome, status: number, messageId: string, key: string, frame: Uint8Array | undefined, info: string | undefined): void;
  /**
   * What became of a segment or request that was settled as `Timeout` or `CancelledOnWire`: its late response (`Response`), or that there
   * will be none (`Timeout`). Comes once for each.
   */
  late?(ticket: number, index: number, outcome: Outcome, status: number, messageId: string, key: string, frame: Uint8Array | undefined, info: string | undefined): void;
  /** To be answered by `respond(request, status)`. `key` is to be compared with that of a submission's identifier. */
  report(report: Report, request: number, key: string): void;
  /**
   * To be answered by `respond(request, status)`, unless `request` is 0. When the session is over a message that is not complete may have
   * the request of one that was handed over whole and not answered: it is to be taken only if that one is not.
   */
  message(message: EngineMessage, request: number): void;
  /** A segment, to be answered by `respond(request, status)`; only with `segments`. */
  segment?(segment: Segment, request: number): void;
  /** This request takes no answer any more: its time was over, or its connection. The peer sends it again. */
  withdrawn?(request: number): void;
  /** Any other PDU that came in; `request` is 0 where no answer is wanted, or none any more. */
  request(frame: Uint8Array, request: number, error: string | undefined): void;
  bindRequest(bind: BindRequest, request: number): void;
  log(line: string): void;
  /** Last of all. What was not settled before has an unknown outcome. */
  closed(detail: CloseDetail): void;
}
