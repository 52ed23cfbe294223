import { ALPHABETS, BIND_TYPES, CONCATS, IA5_READINGS, MESSAGE_ID_FORMATS, VERSIONS } from "#boundary";
import type { EngineConfig } from "../engine/types.ts";
import { callback, checked, flag, integer, isObject, itemsOf, LONGEST, milliseconds, octet, oneOf, signal, text, type Check, type Checks } from "./check.ts";
import { ConnectionWords } from "./connection-words.ts";
import type { Country, FindCountry } from "./country.ts";
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
  /** The country of numbers without `+`. */
  country: Country | undefined;
  /** What the errors of a connection that can't be made say. */
  words: ConnectionWords;
}

const PLAIN_PORT = 2775;
const TLS_PORT = 3550;
const MOST_ENDPOINTS = 255;
const MOST_TRACKED = 10_000_000;
const BIND_TIMEOUT = 10_000;
const ENQUIRE_LINK_TIMEOUT = 10_000;
const RECONNECT = { min: 1_000, max: 60_000 };

const host: Check = (value) => (typeof value === "string" && value !== "" ? undefined : "the SMSC's name or address is expected");
const perSecond: Check = (value) => (typeof value === "number" && value > 0 && Number.isFinite(value) ? undefined : "a number above 0 is expected");
const tls: Check = (value) => (typeof value === "boolean" || isObject(value) ? undefined : "true, false or an object is expected");

// The path of a file, DER and an empty environment variable are what is mostly given in its place.
const isPem = (value: unknown): boolean => (typeof value === "string" || value instanceof Uint8Array) && pemText(value).includes("-----BEGIN ");
const PEM = 'PEM as a string or a Uint8Array is expected: the content of the file, which has "-----BEGIN"';
const pem: Check = (value) => (isPem(value) ? undefined : PEM);

const CHECKS: Checks<ConnectOptions> = {
  host,
  port: integer(1, 65_535),
  systemId: text,
  password: text,
  tls,
  endpoints: (value) => (Array.isArray(value) ? undefined : "an array is expected"),
  bind: oneOf(...BIND_TYPES),
  fallback: flag,
  binds: integer(1, 64),
  version: oneOf(...VERSIONS),
  assumeVersion: oneOf(...VERSIONS),
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
  defaultAlphabet: oneOf(...ALPHABETS),
  concat: oneOf(...CONCATS),
  messageIdFormat: oneOf(...MESSAGE_ID_FORMATS),
  receipts: oneOf("segment", "message"),
  maxTracked: integer(2, MOST_TRACKED),
  trackTimeout: milliseconds,
  retryBusy: flag,
  receiptZone: (value) => (typeof value === "string" && zoneMinutes(value) !== undefined ? undefined : '"Z" or an offset from UTC such as "+03:00" is expected'),
  ia5: oneOf(...IA5_READINGS),
  defaultCountry: text,
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
  beforeWrite: callback,
  socket: callback,
  log: callback,
  logTexts: flag,
  signal,
};

const ENDPOINT_CHECKS: Checks<Endpoint> = { host, port: integer(1, 65_535), tls };

const TLS_CHECKS: Checks<TlsOptions> = {
  ca: (value) => ([value].flat().every(isPem) ? undefined : `${PEM}; or an array of them`),
  cert: pem,
  key: pem,
  servername: text,
  rejectUnauthorized: flag,
};

/** The options that go to the engine as they are. */
const ENGINE_SETTINGS = [
  "systemId", "password", "bind", "version", "assumeVersion", "systemType", "addressRange", "addrTon", "addrNpi", "window", "rate", "inboundRate", "maxQueue", "maxPdu",
  "enquireLink", "responseTimeout", "bindTimeout", "unbindTimeout", "inactivity", "maxRefusals", "bindFailIsFinal", "defaultAlphabet", "concat", "messageIdFormat", "ia5", "retryBusy", "plainReceipts", "reassemble", "partTimeout", "maxUnacknowledged", "acknowledgeTimeout",
] as const satisfies (keyof ConnectOptions & keyof EngineConfig)[];

/**
 * Reads the URL and the options. Errors never repeat a value, since one may be the password. `findCountry`: for `defaultCountry`, which can't
 * be used without it.
 */
export function readOptions(url: string | URL, given: ConnectOptions = {}, findCountry?: FindCountry): Settings {
  const fromUrl = readUrl(url);
  const options: ConnectOptions = { ...fromUrl, ...checked("options", given, CHECKS) };
  const tls = readTls(options.tls);
  if (options.host === undefined) throw invalid("invalid-option", "host", "the URL names none");
  if (tls === undefined && fromUrl.tls === true) throw invalid("invalid-option", "tls", "it can't be false for an smpps:// URL");
  const others = itemsOf("endpoints", "invalid-option", options.endpoints ?? [], MOST_ENDPOINTS).map((endpoint) => readEndpoint(endpoint, tls));
  const targets = [target(options.host, options.port, tls), ...others];
  const { defaultCountry } = options;
  const country = defaultCountry === undefined ? undefined : findCountry?.(defaultCountry);
  if (defaultCountry !== undefined && country === undefined) throw invalid("invalid-option", "defaultCountry", 'the two letters of a country, such as "DE", are expected');
  return {
    targets, engine: readEngine(options, targets.length), options, country,
    words: new ConnectionWords(),
  };
}

/** Checks the options of {@link joinSegments}. */
export function readJoinOptions(given: JoinOptions): EngineConfig {
  const { defaultAlphabet, messageIdFormat, plainReceipts } = CHECKS;
  return { role: "esme", ...checked("options of joinSegments", given, { defaultAlphabet, messageIdFormat, plainReceipts }) };
}

function target(host: string, port: number | undefined, tls: TlsOptions | undefined): Target {
  return { host, port: port ?? (tls ? TLS_PORT : PLAIN_PORT), tls };
}

/** `tls`: that of the first endpoint. */
function readEndpoint(given: string | URL | Endpoint, tls: TlsOptions | undefined): Target {
  if (typeof given === "string" || given instanceof URL) {
    const { host, port, tls: secure, systemId, password } = readUrl(given, "endpoints");
    if (host === undefined || systemId !== undefined || password !== undefined) {
      throw invalid("invalid-option", "endpoints", "smpp://host:port is expected; id and password are those of the first URL");
    }
    return target(host, port, secure ? (tls ?? {}) : undefined);
  }
  const { host, port, tls: own } = checked("endpoints", given, ENDPOINT_CHECKS);
  if (host === undefined) throw invalid("invalid-option", "endpoints", "each has to have a host");
  return target(host, port, own === undefined ? tls : readTls(own));
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
  if (options.receiptZone !== undefined) engine.receiptZone = zoneMinutes(options.receiptZone) as number;
  if (options.onSegment !== undefined) engine.segments = true;
  const named = ENGINE_SETTINGS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return Object.assign(engine, Object.fromEntries(named));
}

function readReconnect(value: ConnectOptions["reconnect"]): { min: number; max: number } | null {
  if (value === false) return null;
  if (value === undefined || value === true) return RECONNECT;
  const given = checked("reconnect", value, { min: integer(1, LONGEST), max: integer(1, LONGEST) });
  const min = given.min ?? Math.min(RECONNECT.min, given.max ?? RECONNECT.min);
  const max = given.max ?? Math.max(RECONNECT.max, min);
  if (min > max) throw invalid("invalid-option", "reconnect", "min can't be above max");
  return { min, max };
}

function readTls(value: ConnectOptions["tls"]): TlsOptions | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return {};
  const tls = checked("tls", value, TLS_CHECKS);
  // As text, which every runtime takes.
  if (tls.ca !== undefined) tls.ca = Array.isArray(tls.ca) ? tls.ca.map(pemText) : pemText(tls.ca);
  if (tls.cert !== undefined) tls.cert = pemText(tls.cert);
  if (tls.key !== undefined) tls.key = pemText(tls.key);
  return tls;
}

function pemText(pem: string | Uint8Array): string {
  return typeof pem === "string" ? pem : new TextDecoder().decode(pem);
}

/** Minutes ahead of UTC; undefined if it is no zone. */
function zoneMinutes(zone: string): number | undefined {
  if (zone === "Z") return 0;
  const [, sign, hours, minutes = "00"] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (hours === undefined || Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) || 0;
}

function readUrl(input: string | URL, field = "url"): ConnectOptions {
  const wrongUrl = (expected: string): SmppError => invalid("invalid-option", field, expected);
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

