// The settings of applications: programs that bind to the gateway by SMPP.

import * as v from "valibot";
import { addressFault } from "./address.ts";
import type { Caller } from "./caller.ts";
import type { GatewayEnv } from "./config.ts";
import { between, whole } from "./schema.ts";
import { ConfigError, readSetting } from "./setting.ts";

/** A password as it is kept: PBKDF2 with HMAC-SHA-256. */
export interface PasswordHash {
  iterations: number;
  salt: Uint8Array<ArrayBuffer>;
  hash: Uint8Array<ArrayBuffer>;
}

/** A program that binds to the gateway. */
export interface Application {
  name: string;
  systemId: string;
  password: PasswordHash;
  /** Addresses and networks that it may bind from; undefined: any. */
  addresses?: string[] | undefined;
  binds: number;
  /** deliver_sm without an answer, a bind. */
  window: number;
  /** submit_sm a second, over all binds. */
  rate?: number | undefined;
  senders?: (string | { ton: number; npi: number; addr: string })[] | undefined;
  /** The account that its messages go by, past all routes. */
  account?: string | undefined;
  /** Recipients whose inbound messages it gets; `"*"`: all. */
  inbound: string[];
}

/** What a message's `key` begins with that an application sent. No API key can be named so. */
const PREFIX = "smpp:";

/** Most that a Worker may spend on a password. */
const MOST_ITERATIONS = 100_000;
const PASSWORD = /^pbkdf2\$(\d{1,6})\$([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})$/;

const octet = whole(0, 255);
const Sender = v.pipe(v.union([v.string(), v.strictObject({ ton: octet, npi: octet, addr: v.string() })]), v.check((sender) => addressFault(sender, "from") === undefined));
const Applications = v.record(v.pipe(v.string(), v.regex(/^[\w.-]{1,32}$/)), v.strictObject({
  systemId: v.optional(v.pipe(v.string(), v.regex(/^[!-~]{1,64}$/))),
  password: v.pipe(v.string(), v.regex(PASSWORD)),
  addresses: v.optional(v.pipe(v.array(v.pipe(v.string(), v.regex(/^[\da-fA-F.:]+(\/\d{1,3})?$/))), v.minLength(1))),
  binds: v.optional(whole(1, 64), 4),
  window: v.optional(whole(1, 1000), 10),
  rate: v.optional(between(0.01, 100_000)),
  senders: v.optional(v.pipe(v.array(Sender), v.minLength(1))),
  account: v.optional(v.string()),
  inbound: v.optional(v.array(v.pipe(v.string(), v.regex(/^(\*|\+?\w{1,20})$/))), []),
}));

const known = new WeakMap<object, Application[]>();

/** The applications of `env`. Throws a {@link ConfigError} if they can't be used. */
export function applicationsOf(env: GatewayEnv): Application[] {
  let applications = known.get(env);
  if (!applications) known.set(env, (applications = read(env.SMPP_APPLICATIONS)));
  return applications;
}

function read(given: unknown): Application[] {
  if (given === undefined || given === "") return [];
  const applications = Object.entries(readSetting("SMPP_APPLICATIONS", given, Applications)).map(([name, { password, ...rest }]): Application =>
    ({ ...rest, name, systemId: rest.systemId ?? name, password: readPassword(name, password), inbound: rest.inbound.map(bare) }));
  const twice = applications.find(({ systemId }, i) => applications.findIndex((other) => other.systemId === systemId) !== i);
  if (twice) throw new ConfigError(`SMPP_APPLICATIONS: ${twice.name}: its systemId is another application's too`);
  return applications;
}

function readPassword(name: string, password: string): PasswordHash {
  const [, iterations, salt, hash] = PASSWORD.exec(password)!;
  const read = { iterations: Number(iterations), salt: octets(salt!), hash: octets(hash!) };
  if (read.iterations < 1 || read.iterations > MOST_ITERATIONS) throw new ConfigError(`SMPP_APPLICATIONS: ${name}: 1 to ${MOST_ITERATIONS} iterations of PBKDF2 are expected`);
  if (read.salt.length < 8 || read.hash.length < 16) throw new ConfigError(`SMPP_APPLICATIONS: ${name}: at least 8 octets of salt and 16 of hash are expected`);
  return read;
}

function octets(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** On whose behalf an application's messages are sent. */
export function callerOf({ name }: Application): Caller {
  return { name: PREFIX + name, scopes: ["send", "own"] };
}

/** The application whose messages have that key; undefined for a key of the API. */
export function applicationOfKey(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}

/** The application that gets inbound messages to that number. */
export function inboundApplication(applications: Application[], to: string): string | undefined {
  const number = bare(to);
  const own = applications.find(({ inbound }) => inbound.includes(number)) ?? applications.find(({ inbound }) => inbound.includes("*"));
  return own?.name;
}

function bare(number: string): string {
  return number.replace(/^\+/, "");
}
