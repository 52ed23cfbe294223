import * as v from "valibot";
import { decodePdus, EngineError } from "../../client/index.ts";
import { extensions } from "../link/extensions.ts";
import { linkAt } from "../link/stub.ts";
import { handlersFault, type Exports } from "../link/worker-handlers.ts";
import { numberOf } from "../model/address.ts";
import { demand, type Caller, type Scope } from "../model/caller.ts";
import { settingsOf, type GatewayEnv } from "../model/config.ts";
import { toHex } from "../model/hex.ts";
import { linkName } from "../model/ids.ts";
import { check, checkKey, checkPreview, DecodeInput } from "../model/input.ts";
import { problem, ProblemError, problemResponse } from "../model/problem.ts";
import { strict, whole } from "../model/schema.ts";
import { allLinks } from "../model/spread.ts";
import { STATUSES } from "../model/views.ts";
import { erase } from "../operations/erase.ts";
import { cancelMessage, listDeadLetters, listInbound, listLinks, listMessages, messageById, replayDeadLetter } from "../operations/read.ts";
import { listOptOuts, optOutsOf, OptOutScope, PhoneNumber, putOptOuts, removeOptOuts } from "../operations/opt-outs.ts";
import { preview, sendAll } from "../operations/send.ts";
import { simulate } from "../operations/simulate.ts";
import { decode, mediaType, readBody, readJson } from "./body.ts";
import { joinEvents } from "./event-stream.ts";
import { authenticate, demandReachable } from "./keys.ts";
import { prometheus } from "./metrics.ts";
import { exportOptOuts, FORMATS, readOptOuts, type Format } from "./opt-outs.ts";
import { answer, findRoute, json, methodNotAllowed, queryOf, withoutBody, type PathParameters, type Route } from "./router.ts";

const LIMIT = v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/, "digits are expected"), v.transform(Number), whole(1, 100)), "50");
const CURSOR = v.optional(v.string());
const ListParameters = strict({ status: v.optional(v.picklist(STATUSES)), to: v.optional(v.pipe(v.string(), v.maxLength(32))), cursor: CURSOR, limit: LIMIT });
const EventParameters = strict({ pdus: v.optional(v.picklist(["true", "false"])) });
const PageParameters = strict({ cursor: CURSOR, limit: LIMIT });
const OptOutParameters = strict({ number: v.optional(PhoneNumber), format: v.optional(v.picklist(["csv", "ndjson"])), cursor: CURSOR, limit: LIMIT });
const OptOutEntry = strict({ number: PhoneNumber, scope: v.optional(OptOutScope) });
const EraseParameters = strict({ to: PhoneNumber });
const NO_PARAMETERS = strict({});

/** Who may use a route: callers with one of the scopes, or with any key that is not for tunnels alone. */
type Access = readonly Scope[] | "any key";

/** A request that may be answered. */
export interface Call {
  request: Request;
  env: GatewayEnv;
  caller: Caller;
  parameters: PathParameters;
  /** Checked by the method, where it takes one. */
  query: Record<string, string | string[]>;
}

export interface Method {
  access: Access;
  /** It takes a query, and checks it. */
  takesQuery?: true;
  handle: (call: Call) => Promise<Response>;
}

const READ = ["read"] as const;
const ADMIN = ["admin"] as const;

/** Each path with its methods. Any other method gets 405, any other path 404, and both only with a key. */
export const ROUTES: Record<string, Route<Method>> = {
  "/v1/messages": {
    GET: {
      access: ["read", "own"],
      takesQuery: true,
      handle: async ({ env, caller, query }) => {
        const { cursor, to, ...filters } = check(ListParameters, query, "invalid-query");
        const page = await listMessages(env, caller, { ...filters, to: to && numberOf(to) }, cursor);
        return json({ messages: page.items, cursor: page.cursor });
      },
    },
    POST: {
      access: ["send"],
      handle: async ({ env, caller, request }) => {
        const { value, text } = await readJson(request);
        const key = request.headers.get("idempotency-key");
        const idempotency = key === null ? undefined : { key: checkKey(key, "Idempotency-Key"), content: () => text };
        const several = Array.isArray(value);
        const results = await sendAll(env, caller, several ? value : [value], several, idempotency);
        return json(several ? results : results[0]!, 202);
      },
    },
    DELETE: {
      access: ADMIN,
      takesQuery: true,
      handle: async ({ env, query }) => json(await erase(env, check(EraseParameters, query, "invalid-query").to)),
    },
  },

  "/v1/messages/preview": {
    POST: { access: "any key", handle: async ({ env, caller, request }) => json(await preview(env, caller, checkPreview((await readJson(request)).value)), 200, withHex) },
  },

  "/v1/messages/:id": {
    GET: { access: ["read", "own"], handle: async ({ env, caller, parameters }) => json(await messageById(env, caller, parameters["id"]!)) },
    DELETE: { access: ["send", "own", "admin"], handle: async ({ env, caller, parameters }) => json(await cancelMessage(env, caller, parameters["id"]!)) },
  },

  "/v1/routes/simulate": {
    POST: { access: ADMIN, handle: async ({ env, request }) => json(await simulate(env, (await readJson(request)).value)) },
  },

  "/v1/opt-outs": {
    GET: {
      access: READ,
      takesQuery: true,
      handle: async ({ env, query }) => {
        const { cursor, limit, number, format } = check(OptOutParameters, query, "invalid-query");
        if (format !== undefined) return answer(exportOptOuts(env, format), FORMATS[format]);
        const page = number === undefined ? await listOptOuts(env, limit, cursor) : await optOutsOf(env, number);
        return json({ optOuts: page.items, cursor: page.cursor });
      },
    },
    PUT: {
      access: ADMIN,
      handle: async ({ env, request }) => {
        const format = (Object.keys(FORMATS) as Format[]).find((own) => FORMATS[own] === mediaType(request));
        const values = format ? readOptOuts(decode(await readBody(request)), format) : [(await readJson(request)).value].flat();
        return json({ stored: await putOptOuts(env, values, format ? "import" : "api") });
      },
    },
    DELETE: {
      access: ADMIN,
      takesQuery: true,
      handle: async ({ env, query }) => {
        const { number, scope } = check(OptOutEntry, query, "invalid-query");
        return json({ removed: await removeOptOuts(env, number, scope) });
      },
    },
  },

  "/v1/inbound": {
    GET: {
      access: READ,
      takesQuery: true,
      handle: async ({ env, query }) => {
        const { cursor, limit } = check(PageParameters, query, "invalid-query");
        const page = await listInbound(env, limit, cursor);
        return json({ messages: page.items, cursor: page.cursor });
      },
    },
  },

  "/v1/events": {
    GET: {
      access: READ,
      takesQuery: true,
      handle: async ({ env, caller, request, query }) => {
        const { pdus } = check(EventParameters, query, "invalid-query");
        if (pdus === "true") demand(caller, "admin");
        // Nobody would read the stream.
        if (request.method === "HEAD") return answer(null, "text/event-stream");
        const last = request.headers.get("last-event-id") ?? "";
        const parameters = new URLSearchParams({ ...(/^\d{1,16}$/.test(last) ? { since: last } : {}), ...(pdus === "true" ? { pdus } : {}) });
        const streams = await Promise.all(allLinks(settingsOf(env)).map((at) => linkAt(env, at).fetch(new Request(`http://${linkName(at)}?${parameters}`))));
        return answer(joinEvents(streams.map(({ body }) => body!), request.signal), "text/event-stream");
      },
    },
  },

  "/v1/links": {
    GET: { access: READ, handle: async ({ env }) => json({ links: await listLinks(env) }) },
  },

  "/v1/applications": {
    GET: { access: ADMIN, handle: async ({ env }) => json({ applications: await extensions.applications?.applications(env) ?? [] }) },
  },

  "/v1/dead-letters": {
    GET: {
      access: ADMIN,
      takesQuery: true,
      handle: async ({ env, query }) => {
        const { cursor, limit } = check(PageParameters, query, "invalid-query");
        const page = await listDeadLetters(env, limit, cursor);
        return json({ deadLetters: page.items, cursor: page.cursor });
      },
    },
  },

  "/v1/dead-letters/:id/replay": {
    POST: {
      access: ADMIN,
      handle: async ({ env, parameters }) => {
        const id = parameters["id"]!;
        await replayDeadLetter(env, id);
        return json({ id, status: "queued" }, 202);
      },
    },
  },

  "/v1/decode": {
    POST: {
      access: "any key",
      handle: async ({ request }) => {
        const { pdus, ...options } = await decodeInput(request);
        return json(decodePdus(pdus, options), 200, withHex);
      },
    },
  },

  "/metrics": {
    GET: {
      access: READ,
      handle: async ({ env }) => {
        const links = await Promise.all(allLinks(settingsOf(env)).map((at) => linkAt(env, at).metrics()));
        return answer(prometheus(links, await extensions.applications?.metrics(env)), "text/plain; version=0.0.4; charset=utf-8");
      },
    },
  },
};

/** The HTTP API, as a Worker has it. */
export interface SmppRoutes {
  /** Answers a request; what fails is answered as well, and nothing is thrown. `ctx` is asked for the Worker's handlers. */
  fetch(this: void, request: Request, env: GatewayEnv, ctx?: object): Promise<Response>;
}

/** The HTTP API: its `fetch` can be a Worker's, or be mounted below a path of your own router, as by Hono's `app.mount("/sms", smppRoutes().fetch)`. */
export function smppRoutes(): SmppRoutes {
  return {
    fetch: async (request, env, ctx) => {
      try {
        const response = await respond(request, env, (ctx as { exports?: Exports } | undefined)?.exports);
        return request.method === "HEAD" ? withoutBody(response) : response;
      } catch (error) {
        return problemOf(error);
      }
    },
  };
}

async function respond(request: Request, env: GatewayEnv, exports: Exports): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  // HEAD is answered as GET, without the body.
  const method = request.method === "HEAD" ? "GET" : request.method;
  // The one path without a key: it says nothing of messages.
  if (pathname === "/healthz" && method === "GET") return health(request, env, exports);
  // Everything else needs a key, whatever its path: also what is not there.
  const caller = await authenticate(request, env);
  if (pathname === "/healthz") return methodNotAllowed(["GET"]);
  const found = findRoute(ROUTES, pathname);
  if (!found) return problemResponse(problem("not-found"));
  const { pattern, route, parameters } = found;
  if (!Object.hasOwn(route, method)) return methodNotAllowed(Object.keys(route));
  const { access, takesQuery, handle } = route[method]!;
  if (access !== "any key") demand(caller, ...access);
  else if (caller.scopes.length > 0 && caller.scopes.every((scope) => scope === "tunnel")) throw new ProblemError("forbidden", "The key is for tunnels alone");
  const query = queryOf(searchParams);
  // A query that is not taken is refused under /v1, and ignored elsewhere, where monitors ask: some put one to every address.
  if (!takesQuery && pattern.startsWith("/v1/")) check(NO_PARAMETERS, query, "invalid-query");
  return handle({ request, env, caller, parameters, query });
}

async function health(request: Request, env: GatewayEnv, exports: Exports): Promise<Response> {
  await demandReachable(request, env);
  const links = await listLinks(env);
  const up = links.filter(({ state }) => state === "bound").length;
  const status = up === links.length ? "ok" : up > 0 ? "degraded" : "down";
  const problems = problemsOf(env, exports);
  return json({ status, links: { up, total: links.length }, ...(problems.length > 0 ? { problems } : {}) }, up > 0 ? 200 : 503);
}

/** What an operator has to fix. No message holds a setting's value. */
function problemsOf(env: GatewayEnv, exports: Exports): string[] {
  const { accounts, routesFault, inboundFault } = settingsOf(env);
  return [...accounts.map(({ fault }) => fault), routesFault, inboundFault, extensions.fault(env), handlersFault(exports)].filter((fault) => fault !== undefined);
}

/** The answer to a request that ended with `error`. What is not meant for the caller goes to the log. */
export function problemOf(error: unknown): Response {
  if (error instanceof ProblemError) return problemResponse(error.problem, error.headers);
  if (error instanceof EngineError) {
    return problemResponse(problem("invalid-body", undefined, { errors: [{ path: error.field ?? "", message: error.message }] }));
  }
  console.error(error);
  return problemResponse(problem("internal"));
}

async function decodeInput(request: Request): Promise<{ pdus: Uint8Array | string; strict?: boolean; maxPdu?: number }> {
  const type = mediaType(request);
  if (type === "application/octet-stream") return { pdus: await readBody(request) };
  if (type === "text/plain") return { pdus: decode(await readBody(request)) };
  const { strict, maxPdu, pdus } = check(DecodeInput, (await readJson(request)).value, "invalid-body");
  return { pdus, ...(strict === undefined ? {} : { strict }), ...(maxPdu === undefined ? {} : { maxPdu }) };
}

/** Octets as hexadecimal. */
function withHex(_: string, part: unknown): unknown {
  return part instanceof Uint8Array ? toHex(part) : part;
}
