import { exports } from "cloudflare:workers";
import { addressFault, numberOf } from "../model/address.ts";
import type { Caller } from "../model/caller.ts";
import type { Settings } from "../model/config.ts";
import type { PreviewInput } from "../model/message-input.ts";

/** Milliseconds that a request gives the Worker to choose rules; then `SMPP_ROUTES` decides. */
const LIMIT = 50;
/** Messages of one request that the Worker is asked about. */
const MOST_ASKED = 100;
/** Answers that are kept. */
const MOST_KEPT = 10_000;
/** Digits at the end of a number that its prefix lacks. */
const OWN_DIGITS = 4;

/** A message as `smppRoute` gets it, before any rule has changed it. */
export interface RouteQuestion {
  /** The recipient's digits. */
  to: string;
  from?: PreviewInput["from"];
  text?: string;
  tag?: string;
  class?: PreviewInput["class"];
  /** Name of the API key. */
  key: string;
}

/** The name of a rule of `SMPP_ROUTES`; undefined: the rules decide. With `cacheFor` the answer holds for so many seconds, for all numbers of the prefix. */
export type RouteAnswer = string | { route: string; cacheFor?: number } | undefined;

interface Handlers {
  smppRoute?(question: RouteQuestion): Promise<RouteAnswer>;
}

const kept = new Map<string, { route: string; until: number }>();
/** Whether the Worker has the method: found out once, by reading it without a call. */
let exists: Promise<boolean> | undefined;

/** The rules that the Worker's own `smppRoute` names for messages, which are yet to be checked. */
export async function choose({ routes }: Settings, caller: Caller, values: unknown[]): Promise<Map<unknown, string>> {
  const chosen = new Map<unknown, string>();
  if (!routes || !await (exists ??= look())) return chosen;
  const until = scheduler.wait(LIMIT);
  const now = Date.now();
  let asked = 0;
  await Promise.all(values.map(async (value) => {
    const { to, from, text, tag, class: kind, account } = Object(value) as PreviewInput;
    // The rest of the message is checked later.
    if (to === undefined || account !== undefined || addressFault(to, "to") !== undefined) return;
    const question: RouteQuestion = { to: numberOf(to), key: caller.name, ...(from !== undefined && { from }), ...(text !== undefined && { text }), ...(tag !== undefined && { tag }), ...(kind && { class: kind }) };
    const name = JSON.stringify([question.to.slice(0, -OWN_DIGITS), question.to.length, from, tag, kind, caller.name]);
    const known = kept.get(name);
    if (known && known.until > now) {
      chosen.set(value, known.route);
      return;
    }
    if (asked++ >= MOST_ASKED) return;
    const answer = await Promise.race([ask(question), until]);
    const { route, cacheFor = 0 } = typeof answer === "string" ? { route: answer } : answer ?? {};
    if (typeof route !== "string") return;
    chosen.set(value, route);
    if (cacheFor > 0) kept.set(name, { route, until: now + cacheFor * 1000 });
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT) kept.delete(oldest!);
  }));
  return chosen;
}

async function ask(question: RouteQuestion): Promise<RouteAnswer> {
  try {
    return await worker().smppRoute!(question);
  } catch (error) {
    console.error(JSON.stringify({ event: "smppRoute", detail: String(error) }));
    return undefined;
  }
}

async function look(): Promise<boolean> {
  try {
    const method = await (worker().smppRoute as unknown as PromiseLike<Partial<Disposable> | undefined>);
    method?.[Symbol.dispose]?.();
    return method !== undefined;
  } catch (error) {
    if (!(error instanceof TypeError)) {
      exists = undefined;
      console.error(JSON.stringify({ event: "smppRoute", detail: String(error) }));
    }
    return false;
  }
}

/** The default export of the Worker's main module. */
function worker(): Handlers {
  return (exports as unknown as { default: Handlers }).default;
}
