import { TRUSTED, type Caller } from "../model/caller.ts";
import type { ApiKey, Settings } from "../model/config.ts";
import { ProblemError } from "../model/problem.ts";

/**
 * The caller of `request` by its `Authorization: Bearer`. With no keys configured only this machine may call. Throws a
 * {@link ProblemError}: 401 without a valid key, 403 from elsewhere without keys.
 */
export async function authenticate(request: Request, settings: Settings): Promise<Caller> {
  if (settings.keys.length === 0) {
    if (isLocal(request)) return TRUSTED;
    throw new ProblemError("local-only", "Set SMPP_API_KEYS to serve others");
  }
  const presented = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const key = presented === undefined ? undefined : await find(presented, settings.keys);
  if (!key) throw new ProblemError("unauthorized", undefined, undefined, { "www-authenticate": 'Bearer realm="smpp-edge"' });
  return key;
}

/**
 * Whether the request comes from this machine. In production Cloudflare itself sets CF-Connecting-IP, to an address that is
 * never a loopback one; `wrangler dev` sets it too. The host is looked at as well, so that a web page that has a name of
 * its own resolve to 127.0.0.1 gets nothing.
 */
export function isLocal(request: Request): boolean {
  const from = request.headers.get("cf-connecting-ip");
  const host = new URL(request.url).hostname;
  return (from === null || isLoopback(from)) && (host === "localhost" || isLoopback(host.replace(/^\[|\]$/g, "")));
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address) || address === "::1";
}

/** Compares digests, and with every key, so that the time tells nothing of what is right. */
async function find(presented: string, keys: ApiKey[]): Promise<ApiKey | undefined> {
  const given = await digest(presented);
  let found: ApiKey | undefined;
  for (const key of keys) {
    if (crypto.subtle.timingSafeEqual(given, await digest(key.key))) found = key;
  }
  return found;
}

function digest(value: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(value));
}
