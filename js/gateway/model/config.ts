import { ALPHABETS, BIND_TYPES, LOG_LEVELS, MESSAGE_ID_FORMATS, VERSIONS, type LogLevel } from "#boundary";
import * as v from "valibot";
import type { ConnectOptions, SocketFactory } from "../../client/index.ts";
import { readOptions } from "../../client/options.ts";
import type { SmppApplication } from "../application/application.ts";
import type { SmppLink } from "../link/link.ts";
import { isPrivateHost } from "./private-host.ts";
import type { OptOutSettings } from "./opt-out.ts";
import { optOutSettings, OptOutSetting } from "./opt-out-setting.ts";
import { APPLICATION, isUrl, type InboundRoute } from "./inbound-routes.ts";
import { readInboundRoutes, readRoutes } from "./route-setting.ts";
import type { Route } from "./routes.ts";
import { between, CONCATS, whole } from "./schema.ts";
import { ConfigError, faultOf, readSetting } from "./setting.ts";

/**
 * The bindings, variables and secrets that the gateway reads. Only `SMPP_LINK` and one of `SMPP_URL` and `SMPP_ACCOUNTS` are needed.
 * What is JSON may be a string (a secret) or the value itself (a variable in `wrangler.toml`).
 */
export interface GatewayEnv {
  /** The namespace of the class `SmppLink`. */
  SMPP_LINK: DurableObjectNamespace<SmppLink>;
  /** `smpp://system_id:password@host:2775`, or `smpps://…` with TLS: the account `main`. A secret. Default: none. */
  SMPP_URL?: string;
  /** Links (binds) an account, 1 to 64. Default 1. */
  SMPP_LINKS?: string | number;
  /**
   * JSON: accounts by name, the preferred one first: `{ "main": { "url": "smpp://…", "links": 2, "window": 50 }, "spare": { … } }`. A
   * secret. Replaces `SMPP_URL`. Default: none.
   */
  SMPP_ACCOUNTS?: string | object;
  /** JSON: rules that say which accounts a message may take, the first match wins: `[{ "name": "uk", "to": "44", "accounts": [{ "a": 70, "b": 30 }, "c"] }, …]`. Default: all accounts in order. */
  SMPP_ROUTES?: string | object;
  /** JSON: `{}`, or with `scope` and words, keeps texts like STOP from being followed by more messages. Default: off. */
  SMPP_OPT_OUT?: string | object;
  /** JSON: how many messages recipients and keys may get: `{ "recipient": "otp", "countries": ["GB"] }`. Needs `smpp-edge/limits`. Default: off. */
  SMPP_LIMITS?: string | object;
  /** JSON: options of the client for all accounts: `{ "window": 50, "rate": 100, "bind": "transceiver", … }`. Default: none. */
  SMPP_OPTIONS?: string | object;
  /** Most messages that wait on a link, 1 to 10,000,000; then 429. Default 100,000. */
  SMPP_MAX_QUEUE?: string | number;
  /** Days that messages, inbound messages and dead letters are kept after their last change, 1 to 3,650. Default 30. */
  SMPP_RETENTION_DAYS?: string | number;
  /** Seconds that a link may be down before its messages go to the next account, 0 to 86,400. Default 30. */
  SMPP_FAILOVER_SECONDS?: string | number;
  /** `"pdus"`: one line a PDU in the log; `"texts"`: with texts and numbers. Default `"none"`. */
  SMPP_LOG?: string;
  /**
   * JSON: API keys by name: `{ "shop": "the-key", "crm": { "key": "…", "rate": 10, "senders": ["12345"], "scopes": ["send", "own"] } }`.
   * A secret, or a binding of the Secrets Store that holds it. Default: none, and every request is refused.
   */
  SMPP_API_KEYS?: string | object | SecretsStoreSecret;
  /** `"true"` serves requests from this machine without API keys, `"false"` doesn't. Default: only under `wrangler dev` and its like. */
  SMPP_DEVELOPMENT?: string | boolean;
  /** Where reports and inbound messages are posted to. https only, unless `SMPP_WEBHOOK_PRIVATE` is set. Default: nowhere. */
  SMPP_WEBHOOK_URL?: string;
  /** Signing secret by Standard Webhooks (`whsec_…`); several, divided by spaces, while one replaces another. A secret. Default: none. */
  SMPP_WEBHOOK_SECRET?: string;
  /** JSON: rules that say where inbound messages go: `[{ "name": "vote", "keyword": ["VOTE"], "targets": ["https://…"] }, …]`. Default: to all targets. */
  SMPP_INBOUND_ROUTES?: string | object;
  /** Hosts, divided by spaces, that a message's `callbackUrl` may have; `*.example.com` is any below that. Default: none. */
  SMPP_CALLBACK_HOSTS?: string;
  /** `"true"` allows http and private addresses as webhook targets. Default `"false"`. */
  SMPP_WEBHOOK_PRIVATE?: string | boolean;
  /** The version of the deployed code, from `version_metadata` in the configuration: with it deploys drain. Default: none. */
  CF_VERSION_METADATA?: { id: string; timestamp: string };
  /** A Queue that gets reports and inbound messages. Default: none. */
  SMPP_QUEUE?: Queue;
  /**
   * JSON: programs that bind to the gateway by SMPP, by name: `{ "shop": { "password": "pbkdf2$…", "binds": 4, "rate": 100 } }`. A
   * secret. Needs `SMPP_APPLICATION`. Default: none.
   */
  SMPP_APPLICATIONS?: string | object;
  /** The namespace of the class `SmppApplication`. Default: none. */
  SMPP_APPLICATION?: DurableObjectNamespace<SmppApplication>;
}

/** One SMSC account. */
export interface Account {
  name: string;
  /** With the password: never to be shown. */
  url: string;
  links: number;
  options: ConnectOptions;
  /** Where its links are made: near the SMSC, and by law. */
  region?: DurableObjectLocationHint | undefined;
  jurisdiction?: DurableObjectJurisdiction | undefined;
  /** Why it can't be used. Its links stay down, and its messages wait or go by another account. */
  fault?: string;
}

/** The keys of signatures, decoded. */
export type Secrets = Uint8Array<ArrayBuffer>[];

export interface Webhook {
  url: string;
  secrets: Secrets;
}

export interface Settings {
  /** At least one, in the order of preference. */
  accounts: Account[];
  /** Undefined where messages take the accounts in order. */
  routes: Route[] | undefined;
  /** Why the routes can't be used: then no message is taken, and what is there goes on. */
  routesFault?: string;
  /** Why the rules for inbound messages can't be used. */
  inboundFault?: string;
  /** Undefined where opt-outs are off. */
  optOut: OptOutSettings | undefined;
  webhook: Webhook | undefined;
  secrets: Secrets;
  /** Undefined where inbound messages go to all targets. */
  inboundRoutes: InboundRoute[] | undefined;
  /** Hosts that messages may have their events posted to; undefined for none. */
  callbackHosts: string[] | undefined;
  maxQueue: number;
  /** Milliseconds. */
  retention: number;
  /** Milliseconds. */
  failoverAfter: number;
  log: LogLevel;
}

const known = new WeakMap<object, Settings>();

/** The settings of `env`, checked once. Throws {@link ConfigError}. */
export function settingsOf(env: GatewayEnv): Settings {
  let settings = known.get(env);
  if (!settings) known.set(env, (settings = read(env)));
  return settings;
}

function read(env: GatewayEnv): Settings {
  const days = number(env, "SMPP_RETENTION_DAYS", 30, 1, 3650);
  const log = env.SMPP_LOG ?? "none";
  if (!isLogLevel(log)) throw new ConfigError('SMPP_LOG: "none", "pdus" or "texts" is expected');
  const all = accounts(env);
  const optOut = json(env, "SMPP_OPT_OUT", OptOutSetting);
  const secrets = (env.SMPP_WEBHOOK_SECRET ?? "").split(/\s+/).filter(Boolean).map(decodeSecret);
  const callbackHosts = env.SMPP_CALLBACK_HOSTS ? env.SMPP_CALLBACK_HOSTS.toLowerCase().split(/\s+/).filter(Boolean) : undefined;
  if (callbackHosts && secrets.length === 0) throw new ConfigError("SMPP_WEBHOOK_SECRET is missing");
  const inbound = inboundRoutes(env, all, secrets);
  return {
    accounts: all,
    ...routes(env, all),
    optOut: optOut && optOutSettings(optOut),
    webhook: webhook(env, secrets),
    secrets,
    ...inbound,
    callbackHosts,
    maxQueue: number(env, "SMPP_MAX_QUEUE", 100_000, 1, 10_000_000),
    retention: days * 86_400_000,
    failoverAfter: number(env, "SMPP_FAILOVER_SECONDS", 30, 0, 86_400) * 1000,
    log,
  };
}

const isLogLevel = (value: string): value is LogLevel => (LOG_LEVELS as readonly string[]).includes(value);

const milliseconds = whole(0, 3_600_000);
const options = {
  bind: v.optional(v.picklist(BIND_TYPES)),
  fallback: v.optional(v.boolean()),
  /** URLs without id and password. */
  endpoints: v.optional(v.pipe(v.array(v.string()), v.maxLength(16))),
  version: v.optional(v.picklist(VERSIONS)),
  assumeVersion: v.optional(v.picklist(VERSIONS)),
  systemType: v.optional(v.string()),
  addressRange: v.optional(v.string()),
  addrTon: v.optional(whole(0, 255)),
  addrNpi: v.optional(whole(0, 255)),
  window: v.optional(whole(1, 1000)),
  rate: v.optional(between(0.001, 100_000)),
  inboundRate: v.optional(between(0.001, 100_000)),
  maxPdu: v.optional(whole(1024, 1_048_576)),
  enquireLink: v.optional(milliseconds),
  responseTimeout: v.optional(milliseconds),
  bindTimeout: v.optional(milliseconds),
  unbindTimeout: v.optional(whole(1, 3_600_000)),
  inactivity: v.optional(milliseconds),
  defaultAlphabet: v.optional(v.picklist(ALPHABETS)),
  concat: v.optional(CONCATS),
  messageIdFormat: v.optional(v.picklist(MESSAGE_ID_FORMATS)),
  plainReceipts: v.optional(v.boolean()),
  /** Name of a binding with `connect()`, such as a VPC service, to reach the SMSC through. */
  via: v.optional(v.string()),
};
const Options = v.strictObject(options);
/** Of a link's object: where it is made, and where it has to stay. */
const Jurisdiction = v.picklist(["eu", "us", "fedramp", "fedramp-high"]);
const placement = {
  region: v.optional(v.picklist(["wnam", "enam", "sam", "weur", "eeur", "apac", "apac-ne", "apac-se", "oc", "afr", "me"])),
  jurisdiction: v.optional(Jurisdiction),
};
const AccountName = v.pipe(v.string(), v.regex(/^[a-z0-9_]{1,32}$/));
const LinkCount = whole(1, 64);
const Accounts = v.record(AccountName, v.unknown());
const AccountSettings = v.strictObject({ url: v.string(), links: v.optional(LinkCount), ...placement, ...options });

function accounts(env: GatewayEnv): Account[] {
  const { via, ...shared } = json(env, "SMPP_OPTIONS", Options) ?? {};
  const links = number(env, "SMPP_LINKS", 1, 1, 64);
  const several = json(env, "SMPP_ACCOUNTS", Accounts);
  if (several) {
    const list = Object.entries(several).map(([name, given]) => {
      const { settings, fault } = accountSettings(given);
      if (!settings) return { name, url: "", links: linkCount(given) ?? links, options: {}, ...jurisdictionOf(given), fault: `SMPP_ACCOUNTS: ${name}: ${fault}` };
      const { url, links: count, via: own, region, jurisdiction, ...rest } = settings;
      const made = account(env, name, url, count ?? links, { ...shared, ...defined(rest) }, own ?? via, `SMPP_ACCOUNTS: ${name}`);
      return { ...made, ...defined({ region, jurisdiction }) };
    });
    if (list.length === 0) throw new ConfigError("SMPP_ACCOUNTS: at least one account is expected");
    return list;
  }
  if (!env.SMPP_URL) throw new ConfigError("SMPP_URL or SMPP_ACCOUNTS is missing");
  return [account(env, "main", env.SMPP_URL, links, shared, via, "SMPP_URL")];
}

function routes(env: GatewayEnv, all: Account[]): Pick<Settings, "routes" | "routesFault"> {
  if (!env.SMPP_ROUTES) return { routes: undefined };
  try {
    return { routes: readRoutes(env.SMPP_ROUTES, all.map(({ name }) => name)) };
  } catch (error) {
    return { routes: [], routesFault: (error as Error).message };
  }
}

/** One account. What can't be used of it is its own fault: the others work. */
function account(env: GatewayEnv, name: string, url: string, links: number, own: ConnectOptions, via: string | undefined, variable: string): Account {
  try {
    const options = via === undefined ? own : { ...own, socket: socketOf(env, via, variable) };
    readOptions(url, options);
    return { name, url, links, options };
  } catch (error) {
    const message = (error as Error).message;
    return { name, url: "", links, options: {}, fault: error instanceof ConfigError ? message : `${variable}: ${message}` };
  }
}

function accountSettings(given: unknown): { settings?: v.InferOutput<typeof AccountSettings>; fault?: string } {
  const result = v.safeParse(AccountSettings, given);
  return result.success ? { settings: result.output } : { fault: faultOf(result.issues[0]) };
}

/** The number of links of an account that can't be used otherwise: their messages are to be found. */
function linkCount(given: unknown): number | undefined {
  const { links } = Object(given) as { links?: unknown };
  return v.is(LinkCount, links) ? links : undefined;
}

/** The jurisdiction of an account that can't be used otherwise: it is part of what its links are called. */
function jurisdictionOf(given: unknown): Pick<Account, "jurisdiction"> {
  const { jurisdiction } = Object(given) as { jurisdiction?: unknown };
  return v.is(Jurisdiction, jurisdiction) ? { jurisdiction } : {};
}

function socketOf(env: GatewayEnv, binding: string, variable: string): SocketFactory {
  const through = (env as unknown as Record<string, { connect?: SocketFactory } | undefined>)[binding];
  if (!through || typeof through !== "object") throw new ConfigError(`${variable}: there is no binding named ${binding} to connect through`);
  return (address, how) => through.connect!(address, how);
}

/** Inbound messages whose rules can't be used go to all targets: none is lost. */
function inboundRoutes(env: GatewayEnv, all: Account[], secrets: Secrets): Pick<Settings, "inboundRoutes" | "inboundFault"> {
  const variable = "SMPP_INBOUND_ROUTES";
  if (!env[variable]) return { inboundRoutes: undefined };
  try {
    const targets = ["handler", ...(env.SMPP_QUEUE ? ["queue"] : []), ...(env.SMPP_WEBHOOK_URL ? ["webhook"] : []), ...applicationNames(env).map((name) => APPLICATION + name)];
    const rules = readInboundRoutes(env[variable], all.map(({ name }) => name), targets, (url) => publicUrl(env, url, variable).href, variable);
    if (secrets.length === 0 && rules.some((rule) => rule.targets.some(isUrl))) throw new ConfigError("SMPP_WEBHOOK_SECRET is missing");
    return { inboundRoutes: rules };
  } catch (error) {
    return { inboundRoutes: undefined, inboundFault: (error as Error).message };
  }
}

/** Names of applications, whatever else is wrong with their settings. */
function applicationNames({ SMPP_APPLICATIONS: given }: GatewayEnv): string[] {
  return Object.keys(Object(typeof given === "string" && given ? JSON.parse(given) : given));
}

function webhook(env: GatewayEnv, secrets: Secrets): Webhook | undefined {
  if (!env.SMPP_WEBHOOK_URL) return undefined;
  const url = publicUrl(env, env.SMPP_WEBHOOK_URL, "SMPP_WEBHOOK_URL").href;
  if (secrets.length === 0) throw new ConfigError("SMPP_WEBHOOK_SECRET is missing");
  return { url, secrets };
}

/** A URL that events may be posted to; throws a {@link ConfigError} if they may not. */
export function publicUrl(env: GatewayEnv, given: string, name: string): URL {
  const url = URL.parse(given);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) throw new ConfigError(`${name}: an https URL is expected`);
  if (url.username || url.password) throw new ConfigError(`${name}: no user name and password are expected`);
  if (String(env.SMPP_WEBHOOK_PRIVATE ?? "") !== "true") {
    if (url.protocol !== "https:") throw new ConfigError(`${name}: https is expected (SMPP_WEBHOOK_PRIVATE allows http)`);
    if (isPrivateHost(url.hostname)) throw new ConfigError(`${name}: a public host is expected (SMPP_WEBHOOK_PRIVATE allows others)`);
  }
  return url;
}

function decodeSecret(secret: string): Uint8Array<ArrayBuffer> {
  try {
    const octets = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (c) => c.charCodeAt(0));
    if (octets.length >= 16) return octets;
  } catch { /* said below */ }
  throw new ConfigError("SMPP_WEBHOOK_SECRET: whsec_ and at least 16 octets in base64 are expected");
}

function number(env: GatewayEnv, name: keyof GatewayEnv, fallback: number, min: number, max: number): number {
  const given = env[name];
  if (given === undefined || given === "") return fallback;
  const value = Number(given);
  if (Number.isFinite(value) && value >= min && value <= max && Number.isInteger(value)) return value;
  throw new ConfigError(`${name}: a whole number from ${min} to ${max} is expected`);
}

function json<S extends v.GenericSchema>(env: GatewayEnv, name: keyof GatewayEnv, schema: S): v.InferOutput<S> | undefined {
  const given = env[name];
  if (given === undefined || given === "") return undefined;
  return readSetting(name, given, schema);
}

function defined<T extends object>(input: T): T {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as T;
}
