import type { EngineConfig } from "../engine/types.ts";
import { invalid, type SmppError } from "./errors.ts";
import type { ConnectOptions, Endpoint, JoinOptions, TlsOptions } from "./types.ts";

/** Where to connect to. `tls` is undefined for plain TCP. */
export interface Target {
  host: string;
  port: number;
  tls: TlsOptions | undefined;
}

/** The options, checked and with the URL's part in them. */
export interface Settings {
  /** One or more, in the order in which they are tried. */
  targets: Target[];
  engine: EngineConfig;
  options: ConnectOptions;
}

const PLAIN_PORT = 2775;
const TLS_PORT = 3550;
const BIND_TIMEOUT = 10_000;
const ENQUIRE_LINK_TIMEOUT = 10_000;
const RECONNECT = { min: 1_000, max: 60_000 };
/** Longest wait a timer can have. */
const LONGEST = 0x7fff_ffff;

/** Says what is expected if the value can't be used. */
type Check = (value: unknown) => string | undefined;

const text: Check = (value) => (typeof value === "string" ? undefined : "a string is expected");
const flag: Check = (value) => (typeof value === "boolean" ? undefined : "true or false is expected");
const callback: Check = (value) => (typeof value === "function" ? undefined : "a function is expected");
const oneOf = (...values: string[]): Check => (value) =>
  (values.includes(value as string) ? undefined : `one of ${values.map((v) => `"${v}"`).join(", ")} is expected`);
const integer = (min: number, max: number): Check => (value) =>
  (Number.isInteger(value) && (value as number) >= min && (value as number) <= max ? undefined : `a whole number from ${min} to ${max} is expected`);
const milliseconds = integer(0, LONGEST);
const octet = integer(0, 255);
const perSecond: Check = (value) => (typeof value === "number" && value > 0 && Number.isFinite(value) ? undefined : "a number above 0 is expected");

const host: Check = (value) => (typeof value === "string" && value !== "" ? undefined : "the SMSC's name or address is expected");
const tls: Check = (value) => (typeof value === "boolean" || isObject(value) ? undefined : "true, false or an object is expected");

const CHECKS: { [name in keyof Required<ConnectOptions>]: Check } = {
  host,
  port: integer(1, 65_535),
  systemId: text,
  password: text,
  tls,
  endpoints: (value) => (Array.isArray(value) ? undefined : "an array is expected"),
  bind: oneOf("transceiver", "transmitter", "receiver"),
  fallback: flag,
  version: oneOf("3.3", "3.4", "5.0"),
  assumeVersion: oneOf("3.3", "3.4", "5.0"),
  systemType: text,
  addressRange: text,
  addrTon: octet,
  addrNpi: octet,
  window: integer(1, 1_000),
  rate: perSecond,
  inboundRate: perSecond,
  maxQueue: integer(1, LONGEST),
  maxPdu: integer(16, LONGEST),
  enquireLink: milliseconds,
  responseTimeout: milliseconds,
  bindTimeout: milliseconds,
  unbindTimeout: integer(1, LONGEST),
  inactivity: milliseconds,
  reconnect: (value) => (typeof value === "boolean" || isObject(value) ? undefined : "true, false or { min, max } is expected"),
  maxRefusals: integer(0, LONGEST),
  bindFailIsFinal: flag,
  defaultAlphabet: oneOf("gsm7", "gsm7-packed", "latin1", "ascii", "utf8"),
  concat: oneOf("udh8", "udh16", "sar", "payload"),
  messageIdFormat: oneOf("as-is", "hex-response", "hex-receipt"),
  plainReceipts: flag,
  reassemble: flag,
  partTimeout: milliseconds,
  maxUnacknowledged: integer(1, LONGEST),
  acknowledgeTimeout: milliseconds,
  onReport: callback,
  onMessage: callback,
  onSegment: callback,
  onPdu: callback,
  onState: callback,
  onOctets: callback,
  socket: callback,
  log: callback,
  logTexts: flag,
  signal: (value) => (value instanceof AbortSignal ? undefined : "an AbortSignal is expected"),
};

const ENDPOINT_CHECKS: { [name in keyof Required<Endpoint>]: Check } = { host, port: integer(1, 65_535), tls };

const TLS_CHECKS: { [name in keyof Required<TlsOptions>]: Check } = {
  ca: (value) => ([value].flat().every((item) => typeof item === "string") ? undefined : "PEM text is expected"),
  cert: text,
  key: text,
  servername: text,
  rejectUnauthorized: flag,
};

/** The options that go to the engine as they are. */
const ENGINE_SETTINGS = [
  "systemId", "password", "bind", "version", "assumeVersion", "systemType", "addressRange", "addrTon", "addrNpi", "window", "rate", "inboundRate", "maxQueue", "maxPdu",
  "enquireLink", "responseTimeout", "bindTimeout", "unbindTimeout", "inactivity", "maxRefusals", "bindFailIsFinal", "defaultAlphabet", "concat", "messageIdFormat", "plainReceipts", "reassemble", "partTimeout", "maxUnacknowledged", "acknowledgeTimeout",
] as const satisfies (keyof ConnectOptions & keyof EngineConfig)[];

/** Reads the URL and the options. Errors never repeat a value, since one may be the password. */
export function readOptions(url: string | URL, given: ConnectOptions = {}): Settings {
  check("options", given, CHECKS);
  const options: ConnectOptions = { ...readUrl(url), ...withoutUndefined(given) };
  const tls = readTls(options.tls);
  if (options.host === undefined) throw invalid("invalid-option", "host", "the URL names none");
  if (tls === undefined && scheme(url) === "smpps:") throw invalid("invalid-option", "tls", "it can't be false for an smpps:// URL");
  const others = options.endpoints?.map((endpoint) => readEndpoint(endpoint, tls)) ?? [];
  const targets = [target(options.host, options.port, tls), ...others];
  return { targets, engine: readEngine(options, targets.length), options };
}

/** Checks the options of {@link joinSegments}. */
export function readJoinOptions(given: JoinOptions): EngineConfig {
  const { defaultAlphabet, messageIdFormat, plainReceipts } = CHECKS;
  check("options of joinSegments", given, { defaultAlphabet, messageIdFormat, plainReceipts });
  return { role: "esme", ...withoutUndefined(given) };
}

function target(host: string, port: number | undefined, tls: TlsOptions | undefined): Target {
  return { host, port: port ?? (tls ? TLS_PORT : PLAIN_PORT), tls };
}

/** `tls`: that of the first endpoint. */
function readEndpoint(given: string | URL | Endpoint, tls: TlsOptions | undefined): Target {
  if (typeof given === "string" || given instanceof URL) {
    const { host, port, tls: secure, systemId, password } = readUrl(given);
    if (host === undefined || systemId !== undefined || password !== undefined) {
      throw invalid("invalid-option", "endpoints", "smpp://host:port is expected; id and password are those of the first URL");
    }
    return target(host, port, secure ? (tls ?? {}) : undefined);
  }
  check("endpoints", given, ENDPOINT_CHECKS);
  if (given.host === undefined) throw invalid("invalid-option", "endpoints", "each has to have a host");
  return target(given.host, given.port, given.tls === undefined ? tls : readTls(given.tls));
}

function readEngine(options: ConnectOptions, endpoints: number): EngineConfig {
  const engine: EngineConfig = {
    role: "esme",
    bindTimeout: BIND_TIMEOUT,
    // A link that is dead is to be noticed soon.
    enquireLinkTimeout: Math.min(ENQUIRE_LINK_TIMEOUT, options.responseTimeout || ENQUIRE_LINK_TIMEOUT),
    reconnect: readReconnect(options.reconnect),
    log: options.log === undefined ? "none" : options.logTexts ? "texts" : "pdus",
  };
  if (endpoints > 1) engine.endpoints = endpoints;
  if (options.onSegment !== undefined) engine.segments = true;
  const named = ENGINE_SETTINGS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return Object.assign(engine, Object.fromEntries(named));
}

function readReconnect(value: ConnectOptions["reconnect"]): { min: number; max: number } | null {
  if (value === false) return null;
  if (value === undefined || value === true) return RECONNECT;
  check("reconnect", value, { min: integer(1, LONGEST), max: integer(1, LONGEST) });
  const min = value.min ?? Math.min(RECONNECT.min, value.max ?? RECONNECT.min);
  const max = value.max ?? Math.max(RECONNECT.max, min);
  if (min > max) throw invalid("invalid-option", "reconnect", "min can't be above max");
  return { min, max };
}

function readTls(value: ConnectOptions["tls"]): TlsOptions | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return {};
  check("tls", value, TLS_CHECKS);
  return withoutUndefined(value);
}

function readUrl(input: string | URL): ConnectOptions {
  let url: URL;
  try {
    url = new URL(input);
  } catch {
    throw wrongUrl("smpp://system_id:password@host:port is expected; write @ : / ? # % in an id or a password as %40 %3A %2F %3F %23 %25");
  }
  if (url.protocol !== "smpp:" && url.protocol !== "smpps:") throw wrongUrl("the scheme has to be smpp:// or smpps://");
  if (!["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== "") {
    throw wrongUrl("there can be nothing behind host and port: settings go into the options");
  }
  const found: ConnectOptions = { tls: url.protocol === "smpps:" };
  try {
    if (url.hostname !== "") found.host = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, "$1");
    if (url.username !== "") found.systemId = decodeURIComponent(url.username);
    if (url.password !== "") found.password = decodeURIComponent(url.password);
  } catch {
    throw wrongUrl("a % in it has to be written %25");
  }
  if (url.port !== "") found.port = Number(url.port);
  if (found.port === 0) throw wrongUrl("port 0 can't be connected to");
  return found;
}

function wrongUrl(expected: string): SmppError {
  return invalid("invalid-option", "url", expected);
}

function scheme(url: string | URL): string {
  return new URL(url).protocol;
}

function check(what: string, given: object, checks: Record<string, Check>): void {
  if (!isObject(given)) throw invalid("invalid-option", what, "an object is expected");
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (rule === undefined) throw invalid("invalid-option", name, `there is no such setting in ${what}`);
    const expected = value === undefined ? undefined : rule(value);
    if (expected !== undefined) throw invalid("invalid-option", name, expected);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
