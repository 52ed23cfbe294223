// The flags that name an SMSC and how to bind to it: the same for every command that connects.

import { ALPHABETS, MESSAGE_ID_FORMATS, VERSIONS } from "#boundary";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { ConnectOptions, TlsOptions } from "../../client/types.ts";
import { Failure, UsageError } from "../failure.ts";
import { findPassword } from "./password.ts";

export const HELP = `Connection
  --url URL             smpp://system_id@host:port, or smpps:// for TLS;
                        default $SMPP_URL
                        The password is in $SMPP_PASSWORD, or asked for.
  --version V           3.3, 3.4 (default) or 5.0
  --system-type TYPE
  --window N            unanswered requests; default 10
  --rate N              PDUs a second; default: no limit
  --binds N             connections used as one; default 1
  --default-alphabet A  what data_coding 0 means there: gsm7 (default), latin1,
                        ascii, utf8, gsm7-packed
  --message-id-format F as-is (default), hex-response, hex-receipt
  --ca FILE             authorities to trust, PEM
  --cert FILE           client certificate and key, PEM
  --key FILE
  --servername NAME     name in the SMSC's certificate, if not the host's`;

const value = { type: "string" } as const;

/** The flags of a command: what parses them, and what shells complete them by. */
export type FlagTable = Record<string, { type: "string" | "boolean"; short?: string; multiple?: boolean; choices?: readonly string[] }>;

/** For `parseArgs`, beside a command's own flags. */
export const OPTIONS = {
  url: value,
  version: { ...value, choices: VERSIONS },
  "system-type": value,
  window: value,
  rate: value,
  binds: value,
  "default-alphabet": { ...value, choices: ALPHABETS },
  "message-id-format": { ...value, choices: MESSAGE_ID_FORMATS },
  ca: value,
  cert: value,
  key: value,
  servername: value,
} as const satisfies FlagTable;

/** What the flags say of the connection. */
export interface Connection {
  /** Undefined: $SMPP_URL. */
  url: string | undefined;
  options: ConnectOptions;
  /** Files in PEM form. */
  files: { ca: string | undefined; cert: string | undefined; key: string | undefined };
}

type Values = Record<string, unknown>;

/** `parseArgs`, whose complaints are usage errors. */
export function parse(args: string[], options: FlagTable): { values: Record<string, string | boolean | string[] | undefined>; positionals: string[] } {
  try {
    return parseArgs({ args, allowPositionals: true, options }) as ReturnType<typeof parse>;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Reads the flags of the connection. Throws a `UsageError`. */
export function readConnection(values: Values): Connection {
  const text = (name: string): string | undefined => values[name] as string | undefined;
  if ((text("cert") === undefined) !== (text("key") === undefined)) throw new UsageError("--cert and --key go together");
  const options: ConnectOptions = {
    version: text("version") as ConnectOptions["version"],
    systemType: text("system-type"),
    window: integer("window", text("window")),
    rate: integer("rate", text("rate")),
    binds: integer("binds", text("binds")),
    defaultAlphabet: text("default-alphabet") as ConnectOptions["defaultAlphabet"],
    messageIdFormat: text("message-id-format") as ConnectOptions["messageIdFormat"],
  };
  const servername = text("servername");
  if (servername !== undefined) options.tls = { servername };
  return { url: text("url"), options, files: { ca: text("ca"), cert: text("cert"), key: text("key") } };
}

/** The same for a command that also takes the URL as its one argument. */
export function readConnectionOf(values: Values, positionals: string[]): Connection {
  const [url, ...more] = positionals;
  if (more.length > 0) throw new UsageError("one URL is expected");
  if (url !== undefined && values["url"] !== undefined) throw new UsageError("--url and a URL as an argument do not go together");
  return readConnection({ ...values, url: url ?? values["url"] });
}

/** A whole number of at most nine digits. Throws a `UsageError` that names the flag. */
export function integer(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} ${text}: expected a whole number`);
  return Number(text);
}

/** Where to connect to, with certificates and password read. `inputIsTaken`: standard input holds something else. */
export async function readTarget({ url, options, files }: Connection, inputIsTaken = false): Promise<{ url: URL; options: ConnectOptions }> {
  const given = url ?? process.env["SMPP_URL"];
  if (given === undefined) throw new UsageError("--url is missing, or the variable SMPP_URL");
  const target = URL.canParse(given) ? new URL(given) : undefined;
  if (target === undefined || target.host === "") throw new UsageError("--url: expected smpp://system_id@host:port");
  const read: ConnectOptions = { ...options };
  const tls = readTls(files, options.tls);
  if (Object.keys(tls).length > 0) {
    if (target.protocol !== "smpps:") throw new UsageError("--ca, --cert, --key and --servername need an smpps:// URL");
    read.tls = tls;
  }
  if (target.password === "") read.password = await findPassword(`${decodeURIComponent(target.username)}@${target.host}`, inputIsTaken);
  return { url: target, options: read };
}

function readTls(files: Connection["files"], tls: ConnectOptions["tls"]): TlsOptions {
  const found: TlsOptions = typeof tls === "object" ? { ...tls } : {};
  for (const [name, file] of Object.entries(files)) {
    if (file === undefined) continue;
    try {
      found[name as keyof typeof files] = readFileSync(file, "utf8");
    } catch (error) {
      throw new Failure(`--${name} ${file}: the file cannot be read: ${(error as Error).message}`);
    }
  }
  return found;
}
