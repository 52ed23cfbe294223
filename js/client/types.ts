import type { DecodedPdu } from "../engine/codec.ts";
import type {
  Address, Alphabet, BindType, Concat, Ia5, EngineMessage, EngineStats, LinkState, MessageIdFormat, PduInput, Report, ReportStatus, Segment, TlvInput, Version,
} from "../engine/types.ts";
import type { SmppError } from "./errors.ts";
import type { Sent } from "./sent.ts";

export type { Address, Alphabet as DefaultAlphabet, BindType, Concat, DecodedPdu, Ia5, MessageIdFormat, PduInput, Report, ReportStatus, Segment, TlvInput, Version };

/** When a delivery report is asked for. */
export type ReportRequest = "always" | "failure" | "success" | "none";

/** How TLS is to be done. The certificate is verified unless `rejectUnauthorized` is false. */
export interface TlsOptions {
  /** Certificates (PEM) of authorities to trust in place of the runtime's own. Node, Deno, Bun. */
  ca?: string | Uint8Array | (string | Uint8Array)[];
  /** The client's certificate (PEM). Node, Deno, Bun. */
  cert?: string | Uint8Array;
  /** The client's key (PEM). Node, Deno, Bun. */
  key?: string | Uint8Array;
  /** The name sent by SNI and verified in the certificate. Default: the host of the URL. Node, Deno, Bun. */
  servername?: string;
  /** False accepts any certificate: for tests only. Default true. Node, Deno, Bun. */
  rejectUnauthorized?: boolean;
}

/** A TCP or TLS socket by the WinterTC Sockets API. */
export interface WinterTcSocket {
  /** What comes in. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What goes out. */
  readonly writable: WritableStream<Uint8Array>;
  /** Resolves once the socket is connected. */
  readonly opened?: Promise<unknown>;
  /** Resolves once the socket is closed, and rejects if the connection failed. */
  readonly closed?: Promise<unknown>;
  /** Closes the socket. */
  close(): Promise<unknown> | void;
}

/**
 * Makes a connection in place of the runtime's own sockets. It is called for every attempt, with the arguments of `connect` of
 * `cloudflare:sockets`, so that `connect` itself fits, and a VPC binding as `(address, options) => env.VPC.connect(address, options)`.
 */
export type SocketFactory = (
  address: { hostname: string; port: number },
  options: { secureTransport: "on" | "off"; allowHalfOpen: false; highWaterMark: number },
) => WinterTcSocket | Promise<WinterTcSocket>;

/** The state of the connection. `"waiting"`: lost, and the next attempt is due. */
export type ConnectionState = LinkState;

/** Why the state changed, where there is a reason. */
export interface StateDetail {
  /** One line for a log. Never holds the password. */
  message: string;
  /** The error that an `await connect()` would have rejected with. */
  error: SmppError;
  /**
   * Milliseconds until the next attempt, in the state `"waiting"`; 0 where the next endpoint, or a bind of another kind, is tried at once.
   * Of one of several connections it is absent if that one is not made again.
   */
  retryIn?: number;
  /** With `binds`: which connection was lost or refused, from 1, in the state `"bound"`: others are bound. */
  connection?: number;
}

/** One more place to reach the SMSC at. */
export interface Endpoint {
  /** Name or address of the SMSC. */
  host: string;
  /** TCP port, 1 to 65,535. Default 2775, with TLS 3550. */
  port?: number;
  /** Whether and how TLS is done; as for the URL if absent. */
  tls?: boolean | TlsOptions;
}

/** All settings of {@link connect}. What is in the URL as well is taken from here. Times are milliseconds, and 0 is off. */
export interface ConnectOptions {
  /** Name or address of the SMSC. Default: of the URL. */
  host?: string;
  /** TCP port, 1 to 65,535. Default 2775, TLS 3550. */
  port?: number;
  /** The name of the account (system_id): by the specification at most 15 bytes, here 255. Default: of the URL. */
  systemId?: string;
  /** The password of the account: by the specification at most 8 bytes, here 255. Default: of the URL. */
  password?: string;
  /** TLS from the first byte, as with `smpps://`, and how. Default: true with `smpps://`. */
  tls?: boolean | TlsOptions;
  /**
   * Further endpoints of the SMSC, as {@link Endpoint} or URL (`"smpp://other:2775"`, without id and password), at most 254. When the
   * URL's own can't be reached, or refuses the bind or does not answer it, they are tried in order, at once; then, after the wait of
   * `reconnect`, from the first again. A refusal that is final is so for all of them. Default none.
   */
  endpoints?: (string | URL | Endpoint)[];
  /** What the session is for: both ways, only sending (`"transmitter"`), only receiving (`"receiver"`). Default `"transceiver"`. */
  bind?: BindType;
  /**
   * Where the SMSC has no bind_transceiver (it answers ESME_RINVCMDID), bind a transmitter and a receiver, on two connections. They are
   * used as one: {@link connect} resolves when both are bound, `stats()` adds them up, and when one ends for good so does the other.
   * Default false.
   */
  fallback?: boolean;
  /**
   * How many connections to bind with this account, 1 to 64, used as one client. `window`, `rate`, `inboundRate`, `maxQueue` and
   * `maxUnacknowledged` hold for each. {@link connect} resolves when the first is bound; the others connect then, each on its own. Default 1.
   */
  binds?: number;
  /** Version of SMPP to bind with. Default `"3.4"`. */
  version?: Version;
  /** The version of an SMSC that does not name its own (sc_interface_version). `"3.3"`, the strict reading, sends it no TLVs. Default `"3.4"`. */
  assumeVersion?: Version;
  /** system_type of the bind, at most 12 bytes, if the SMSC wants one. Default empty. */
  systemType?: string;
  /** Which destination addresses a receiver is for: address_range of the bind, at most 40 bytes. Default empty. */
  addressRange?: string;
  /** Type of number of `addressRange`, 0 to 255. Default 0. */
  addrTon?: number;
  /** Numbering plan of `addressRange`, 0 to 255. Default 0. */
  addrNpi?: number;
  /** Most requests without an answer at a time, 1 to 1,000. Default 10. */
  window?: number;
  /** Most PDUs a second, above 0; each segment counts. Default: no limit. */
  rate?: number;
  /**
   * Most requests a second that are taken from the SMSC, above 0; more are answered ESME_RX_T_APPN, so that it tries again. Default: no
   * limit.
   */
  inboundRate?: number;
  /** Most segments that wait behind the window, 1 or more; past it `sendSms` rejects with the code `"queue-full"`. Default 100,000. */
  maxQueue?: number;
  /** Longest PDU that is taken from the peer, in bytes, 16 or more; a longer one ends the connection. Default 65,536. */
  maxPdu?: number;
  /** Milliseconds of quiet after which enquire_link is sent; 0: never. Default 30,000. */
  enquireLink?: number;
  /**
   * Milliseconds that an answer may take; 0: for ever. Default 30,000. An answer to enquire_link is waited for this long or 10,000,
   * whichever is less.
   */
  responseTimeout?: number;
  /** Milliseconds for connecting and binding together, for each endpoint; 0: no limit. Default 10,000. */
  bindTimeout?: number;
  /** Milliseconds that the answer to unbind may take, 1 or more; then the connection is closed without it. Default 5,000. */
  unbindTimeout?: number;
  /** Milliseconds without an operation after which the session is ended; 0: never. Default 0. */
  inactivity?: number;
  /**
   * Whether and how a lost connection is made again: waits double from `min` to `max` milliseconds, 1 or more each, with jitter. Default
   * `{ min: 1_000, max: 60_000 }`. The first connection is never tried again (but for `endpoints`): {@link connect} rejects.
   */
  reconnect?: boolean | { min?: number; max?: number };
  /**
   * Refused binds in a row after which the client ends in place of trying again; 0 or more. ESME_RALYBND does not count: it passes.
   * Default 0: no such end; ESME_RINVPASWD, ESME_RINVSYSID, ESME_RINVSYSTYP and ESME_RINVCMDID end it at once all the same.
   */
  maxRefusals?: number;
  /** Whether ESME_RBINDFAIL ends the client as a wrong password does. Default false: some SMSCs mean "not now" by it. */
  bindFailIsFinal?: boolean;
  /** What data_coding 0 means at the SMSC: `"gsm7"`, `"gsm7-packed"`, `"latin1"`, `"ascii"` or `"utf8"`. Default `"gsm7"`. */
  defaultAlphabet?: Alphabet;
  /**
   * How long messages are split: `"udh8"` and `"udh16"` by a user data header, `"sar"` by TLVs, `"payload"` not at all
   * (message_payload). Default `"udh8"`.
   */
  concat?: Concat;
  /**
   * Which of the two ids of a message is hexadecimal where the other is decimal: `"hex-response"`, `"hex-receipt"`. Default `"as-is"`:
   * both are written alike.
   */
  messageIdFormat?: MessageIdFormat;
  /**
   * How many receipts the SMSC sends for a long message: one a `"segment"`, or one a `"message"`, which stands for all. Default
   * `"segment"`.
   */
  receipts?: "segment" | "message";
  /**
   * Most messages that asked for a report and are remembered, 2 to 10,000,000; when there are so many, the older half is forgotten.
   * Default 10,000.
   */
  maxTracked?: number;
  /**
   * Milliseconds that such a message is remembered at least, and twice as long at most; 0: as long as there is room. Default 86,400,000,
   * a day.
   */
  trackTimeout?: number;
  /**
   * Whether a message that the SMSC is too busy for (ESME_RTHROTTLED, ESME_RMSGQFUL) is sent again by the client. With `false` one of a
   * single segment is rejected at once, with {@link ThrottledError}, and the caller decides when to send it again. Default true.
   */
  retryBusy?: boolean;
  /** Zone of the dates in receipts that name none: `"Z"` or an offset from UTC such as `"+03:00"`. Default `"Z"`. */
  receiptZone?: string;
  /**
   * What data_coding 1 means in inbound messages: `"ascii"`, `"gsm7"`, or `"auto"`: ASCII, unless bytes that a text in ASCII never has
   * show that it is GSM 03.38. Default `"auto"`.
   */
  ia5?: Ia5;
  /**
   * The country of numbers without `+`, by its two letters (ISO 3166): `"DE"` makes `+491711234567` of `"0171 1234567"`. Numbers of up
   * to six digits, short codes, stay as they are where the country's own are longer. Default none: a number without `+` goes as it is,
   * its type unknown.
   */
  defaultCountry?: string;
  /**
   * Whether an ordinary message whose text begins with `id:` and has a `stat:` is taken for a report: for SMSCs that don't mark
   * theirs. Default false, since anybody can write such a text.
   */
  plainReceipts?: boolean;
  /** Whether the segments of an inbound message are joined. Default true. */
  reassemble?: boolean;
  /**
   * Milliseconds that segments wait for the missing ones; then they are handed on as they are, `complete: false`. 0: as long as there is
   * room. Default 300,000.
   */
  partTimeout?: number;
  /** Most inbound requests that wait for a handler, 1 or more; more are answered ESME_RX_T_APPN. Default 1,000. */
  maxUnacknowledged?: number;
  /** Milliseconds that a handler may take before the answer is ESME_RX_T_APPN; 0: no limit. Default 25,000. */
  acknowledgeTimeout?: number;
  /**
   * Takes each delivery report. The SMSC gets its answer when the promise settles. A throw answers ESME_RX_T_APPN, so that the SMSC tries
   * again; throwing a {@link Refusal} answers its status.
   */
  onReport?: (report: Report) => unknown;
  /** Takes each inbound message, with the same rule. */
  onMessage?: (message: Message) => unknown;
  /**
   * Takes each segment of a long message or report as it comes, with the same rule, for those who store segments before the SMSC has its
   * answer. The client joins none then: {@link joinSegments} does, when all of one `key` are there.
   */
  onSegment?: (segment: Segment) => unknown;
  /**
   * Shows what comes in besides reports and messages: alert_notification, requests that can't be decoded (answered already), and answers
   * that come after their request's time, or to none.
   */
  onPdu?: (pdu: DecodedPdu) => void;
  /** Called at every change of state after {@link connect}, and during it. */
  onState?: (state: ConnectionState, detail?: StateDetail) => void;
  /** Replaces the runtime's own sockets. */
  socket?: SocketFactory;
  /** Shown copies of all octets as they pass, passwords too: for captures; of several connections (`binds`, `fallback`) those of all. */
  onOctets?: (direction: "in" | "out", octets: Uint8Array) => void;
  /**
   * Called with whole PDUs just before they are written, in the same turn: whoever stores what is in doubt does it here. What it throws ends
   * the connection, and the bytes do not leave. It may not call the client. The array is only good during the call.
   */
  beforeWrite?: (octets: Uint8Array) => void;
  /** Takes one line a PDU, and one when a busy SMSC makes the sending pause. The password is never in it. Default none. */
  log?: (line: string) => void;
  /** Whether the lines show texts and numbers too. Default false. */
  logTexts?: boolean;
  /** Ends the attempt to connect; later it has no effect. */
  signal?: AbortSignal;
}

/** What {@link joinSegments} has to know of the connection that the segments came by. */
export type JoinOptions = Pick<ConnectOptions, "defaultAlphabet" | "messageIdFormat" | "plainReceipts">;

/** What an SMS of any kind has in common. */
export interface SmsMessage {
  /** Recipient. In a string `+` and digits is an international number. */
  to: string | Address;
  /** Sender: a number, a short code, or up to 11 characters with a letter. Default empty: the SMSC puts its own. */
  from?: string | Address;
  /** The text: one of `text` and `binary`. The empty text is a message too. */
  text?: string;
  /** Bytes, sent with data_coding 4. */
  binary?: Uint8Array;
  /**
   * `"auto"` takes the GSM alphabet if it can carry the text, else UCS-2. Others, when asked for: `"gsm7"`, `"latin1"`, `"ascii"`,
   * `"ucs2"`, `"iso-8859-5"`, `"iso-8859-8"`, and by the platform's own tables `"shift_jis"`, `"euc-jp"` and `"euc-kr"`. Default
   * `"auto"`.
   */
  encoding?: string;
  /** National language table of the GSM alphabet, such as `"turkish"`. Default none. */
  language?: string;
  /** How a long message is split. Default: as the connection's `concat`. */
  concat?: Concat;
  /** More segments than this, 1 to 255, are refused with the code `"too-many-segments"`. Default: no limit. */
  maxSegments?: number;
  /** When the SMSC is asked for a delivery report. Default `"none"`. */
  report?: ReportRequest;
  /** How long the SMSC may try: seconds, or until a point in time. Default: the SMSC's own. */
  validity?: number | Date;
  /** When the SMSC is to send it: a point in time, or seconds from now. Default now. */
  scheduleAt?: Date | number;
  /** Shown at once and not stored (message class 0). Default false. */
  flash?: boolean;
  /** priority_flag, 0 to 3. Default 0. */
  priority?: number;
  /** service_type, at most 5 bytes: what kind of service the SMSC bills it as. Default empty. */
  serviceType?: string;
  /** protocol_id (TP-PID of GSM), 0 to 255. Default 0. */
  protocolId?: number;
  /** replace_if_present_flag: the SMSC replaces a message to the same recipient that it still has. Default false. */
  replaceIfPresent?: boolean;
  /** sm_default_msg_id, 0 to 255: a text that the SMSC has stored. Default 0, none. */
  smDefaultMsgId?: number;
  /** Further elements of the user data header, without its length octet. */
  udh?: Uint8Array;
  /** TLVs by name or number; an array is the TLV repeated. */
  tlvs?: TlvInput;
  /** Reference number of a long message, 0 to 65,535, if it has to be a certain one. Default: counted up. */
  reference?: number;
  /** Replaces characters outside the chosen encoding by similar ones. Default false. */
  transliterate?: boolean;
  /** Takes the place of each character that the chosen encoding lacks: one character. Default none. */
  substitute?: string;
  /** Your own word for the message. It comes back in its `Sent`, its reports and its errors, and is not sent. Default none. */
  tag?: string;
  /**
   * data_coding as it is sent, 0 to 255, whatever the encoding: for silent messages, SIM data, SMSCs with numbers of their own. Default:
   * by the encoding.
   */
  dataCoding?: number;
  /** esm_class as it is sent, 0 to 255. Where there is a user data header, its bit (0x40) is set all the same. Default 0. */
  esmClass?: number;
  /** Cancels: still queued it ends `"not-sent"`, on the wire `"unknown"`. */
  signal?: AbortSignal;
}

/** What became of one segment. */
export interface SentSegment {
  /** From 0. */
  index: number;
  /** The id the SMSC gave it; empty unless accepted. */
  messageId: string;
  /** `"unknown"`: it was on the wire when the connection ended. */
  status: "accepted" | "rejected" | "unknown" | "not-sent";
  /** Why it was not accepted. */
  error?: SmppError;
}

/** An inbound message, its segments joined. */
export interface Message extends Omit<EngineMessage, "registeredDelivery" | "command" | "sequence" | "frames"> {
  /** The PDUs it came in, for `decodePdus`. */
  pdus: Uint8Array[];
}

/** The answer to {@link SmppClient.request}. */
export interface Response {
  /** `"data_sm_resp"`. */
  command: string;
  /** command_status: 0 is ESME_ROK. */
  status: number;
  /** Its name, such as `"ESME_ROK"`. */
  statusName: string;
  /** sequence_number of the request and of this answer. */
  sequence: number;
  /** The fields by the specification's names. */
  fields: Record<string, string | number | Uint8Array>;
  /** The PDU in full, with its TLVs. */
  pdu: DecodedPdu;
}

/** The answer to {@link SmppClient.query}. */
export interface QueryResult {
  /** The id that was asked for. */
  messageId: string;
  /** The state of the message: message_state as a word. */
  status: ReportStatus;
  /** The time of the final state as SMPP writes it; empty until then. */
  finalDate: string;
  /** The network's error code; 0 if there was none. */
  errorCode: number;
}

/** What {@link SmppClient.query} and {@link SmppClient.cancel} may have to repeat of the submission. */
export interface MessageRef {
  /** The sender it was submitted with. Most SMSCs compare it. */
  from?: string | Address;
}

/** What {@link SmppClient.cancel} may have to repeat of the submission. */
export interface CancelOptions extends MessageRef {
  /** The recipient it was submitted to. */
  to?: string | Address;
  /** The service_type it was submitted with. Default empty. */
  serviceType?: string;
}

/** What {@link SmppClient.replace} puts in place of the message. */
export interface Replacement extends MessageRef {
  /** One of `text` and `binary`, in the encoding that the message was submitted with, and in one segment. */
  text?: string;
  /** Bytes in place of a text. */
  binary?: Uint8Array;
  /** Encoding of the text. Default `"gsm7"`. */
  encoding?: string;
  /** How long the SMSC may try: seconds, or until a point in time. Default: as it was submitted. */
  validity?: number | Date;
  /** When the SMSC is to send it: a point in time, or seconds from now. Default: as it was submitted. */
  scheduleAt?: Date | number;
  /** When the SMSC is asked for a delivery report. Default `"none"`. */
  report?: ReportRequest;
  /** sm_default_msg_id, 0 to 255. Default 0, none. */
  smDefaultMsgId?: number;
}

/** One message's result in {@link SmppClient.sendMany}: `sent`, or the `error` that `sendSms` would have rejected with. */
export type BulkResult = { message: SmsMessage; sent: Sent; error?: undefined } | { message: SmsMessage; sent?: undefined; error: SmppError };

/** What {@link SmppClient.request} may be given. */
export interface RequestOptions {
  /** Cancels, as {@link SmsMessage.signal}. */
  signal?: AbortSignal;
}

/** Options of {@link SmppClient.sendMany}. */
export interface BulkOptions {
  /** Called once a message, in the order of the messages. If it returns a promise, the next call waits for it. A throw stops the sending. */
  onResult?: (result: BulkResult, index: number) => unknown;
  /** Stops: nothing more is taken from the messages and what is still queued is cancelled. */
  signal?: AbortSignal;
}

/** The numbers at the end of {@link SmppClient.sendMany}. */
export interface BulkSummary {
  /** Messages of which every segment was accepted. */
  accepted: number;
  /** Messages of which a part of the segments was accepted. */
  partial: number;
  /** Messages that failed: the sum of the next three. */
  failed: number;
  /** Messages that the SMSC refused. */
  rejected: number;
  /** Messages that were on the wire when the connection ended. */
  unknown: number;
  /** Messages that were never sent. */
  notSent: number;
}

/** Counters since {@link connect}, and what is so now. */
export interface Stats extends Omit<EngineStats, "sent" | "bound"> {
  /** How many connections are bound now: at most `binds`, twice as many where each is a pair (`fallback`). */
  bound: number;
  /** Requests sent; each segment is one. */
  submitted: number;
}
