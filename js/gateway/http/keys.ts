import { apiKeysOf, findKey } from "../model/api-keys.ts";
import { TRUSTED, type Caller } from "../model/caller.ts";
import type { GatewayEnv } from "../model/config.ts";
import { ProblemError } from "../model/problem.ts";

/** Replaced by bundlers: "development" under `wrangler dev`, Vite and Vitest, "production" in what is deployed. */
declare const process: { env: { NODE_ENV?: string } };

const KEYLESS = "Set SMPP_API_KEYS to serve others than this machine under development";

/**
 * The caller of `request` by its `Authorization: Bearer`. Without any keys, only this machine may call, and only under development.
 * Throws a {@link ProblemError}: 401 without a valid key, 403 without any keys.
 */
export async function authenticate(request: Request, env: GatewayEnv): Promise<Caller> {
  const keys = await apiKeysOf(env);
  if (keys.length === 0) {
    if (isLocal(request, env) && isSameOrigin(request)) return TRUSTED;
    throw localOnly();
  }
  const presented = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  const key = presented === undefined ? undefined : await findKey(keys, presented);
  if (!key) throw new ProblemError("unauthorized", undefined, undefined, { "www-authenticate": 'Bearer realm="smpp-edge"' });
  return key;
}

/** Throws 403 unless there are API keys, or the request comes from this machine under development. For what needs no key. */
export async function demandReachable(request: Request, env: GatewayEnv): Promise<void> {
  if (!isLocal(request, env) && (await apiKeysOf(env)).length === 0) throw localOnly();
}

function localOnly(): ProblemError {
  return new ProblemError("local-only", KEYLESS);
}

/** Headers of a proxy: whoever is behind it is not on this machine. */
const FORWARDED = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "true-client-ip", "cf-ray", "cf-worker"];

/**
 * Whether the request comes from this machine, under development: `wrangler dev` says so by an address in CF-Connecting-IP, and only a build
 * for development trusts it. The host has to be this machine's as well, so that a web page whose name resolves to 127.0.0.1 gets nothing.
 */
export function isLocal(request: Request, env: GatewayEnv): boolean {
  if (!isDevelopment(env)) return false;
  const from = request.headers.get("cf-connecting-ip");
  if (from === null || !isLoopback(from)) return false;
  const { hostname } = new URL(request.url);
  return (hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, ""))) &&
    !FORWARDED.some((name) => request.headers.has(name));
}

/** Whether no web page of another origin makes the request. */
function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  return (origin === null || origin === new URL(request.url).origin) && (site === null || site === "same-origin" || site === "none");
}

function isDevelopment({ SMPP_DEVELOPMENT: setting }: GatewayEnv): boolean {
  if (setting !== undefined && setting !== "") return String(setting) === "true";
  try {
    return process.env.NODE_ENV === "development";
  } catch {
    return false;
  }
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address) || address === "::1";
}
