import type { Context, Handler } from "hono";
// Declarations are read where Hono is not installed, too: whoever mounts the routes in an app of theirs has it.
/** @ts-ignore */
import { HonoBase } from "hono/hono-base";
/** @ts-ignore */
import { LinearRouter } from "hono/router/linear-router";
import * as v from "valibot";
import { decodePdus, EngineError } from "../../client/index.ts";
import { linkAt } from "../link/stub.ts";
import { handlersFault, type Exports } from "../link/worker-handlers.ts";
import { demand, type Caller, type Scope } from "../model/caller.ts";
import { settingsOf, type GatewayEnv } from "../model/config.ts";
import { toHex } from "../model/hex.ts";
import { linkName } from "../model/ids.ts";
import { check, checkKey, checkPreview, DecodeInput } from "../model/input.ts";
import { API_HEADERS, problem, ProblemError, problemResponse } from "../model/problem.ts";
import { strict, whole } from "../model/schema.ts";
import { allLinks } from "../model/spread.ts";
import { STATUSES } from "../model/views.ts";
import { cancelMessage, listDeadLetters, listInbound, listLinks, listMessages, messageById, replayDeadLetter } from "../operations/read.ts";
import { preview, sendAll } from "../operations/send.ts";
import { decode, mediaType, readBody, readJson } from "./body.ts";
import { joinEvents } from "./event-stream.ts";
import { authenticate, demandReachable } from "./keys.ts";
import { prometheus } from "./metrics.ts";

/** What the routes have at hand. */
export interface GatewayContext {
  Bindings: GatewayEnv;
  Variables: { caller: Caller };
}

const LIMIT = v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/, "digits are expected"), v.transform(Number), whole(1, 100)), "50");
const CURSOR = v.optional(v.string());
const ListParameters = strict({ status: v.optional(v.picklist(STATUSES)), to: v.optional(v.pipe(v.string(), v.maxLength(32))), cursor: CURSOR, limit: LIMIT });
const EventParameters = strict({ pdus: v.optional(v.picklist(["true", "false"])) });
const PageParameters = strict({ cursor: CURSOR, limit: LIMIT });
const NO_PARAMETERS = strict({});

/** Who may use a route: callers with one of the scopes, or with any key. */
type Access = readonly Scope[] | "any key";

interface Method<P extends string> {
  access: Access;
  /** It takes a query, and checks it. */
  takesQuery?: true;
  handle: Handler<GatewayContext, P>;
}

const READ = ["read"] as const;
const ADMIN = ["admin"] as const;

/** The HTTP API as a Hono app: `app.route("/sms", smppRoutes())` in a Hono app, or its `fetch` as a Worker's. */
export function smppRoutes(): HonoBase<GatewayContext> {
  const app = new HonoBase<GatewayContext>({ router: new LinearRouter() });

  app.onError((error) => problemOf(error));
  app.notFound(() => problemResponse(problem("not-found")));

  // The one route without a key: it says nothing of messages.
  app.get("/healthz", async (c, next) => {
    if (!c.req.path.endsWith("/healthz")) return next();
    await demandReachable(c.req.raw, c.env);
    const links = await listLinks(c.env);
    const up = links.filter(({ state }) => state === "bound").length;
    const status = up === links.length ? "ok" : up > 0 ? "degraded" : "down";
    const problems = problemsOf(c.env, exportsOf(c));
    return json({ status, links: { up, total: links.length }, ...(problems.length > 0 ? { problems } : {}) }, up > 0 ? 200 : 503);
  });

  // Everything behind this needs a key, whatever its path: also what is not there.
  app.use(async (c, next) => {
    c.set("caller", await authenticate(c.req.raw, c.env));
    await next();
  });

  const allowOnly = (path: string, methods: string[]): void => {
    const allow = methods.join(", ");
    app.all(path, () => problemResponse(problem("method-not-allowed", `${allow} can be used`), { allow }));
  };

  /**
   * Answers each of `methods` at `path`, and any other one with 405. A query that is not taken is refused under /v1, and ignored elsewhere,
   * where monitors ask: some put one to every address.
   */
  const route = <P extends string>(path: P, methods: Record<string, Method<P>>) => {
    for (const [method, { access, takesQuery, handle }] of Object.entries(methods)) {
      app.on(method, path, async (c, next) => {
        if (access !== "any key") demand(c.get("caller"), ...access);
        if (!takesQuery && path.startsWith("/v1/")) check(NO_PARAMETERS, queryOf(c), "invalid-query");
        return handle(c, next);
      });
    }
    allowOnly(path, Object.keys(methods));
  };

  allowOnly("/healthz", ["GET"]);

  route("/v1/messages", {
    GET: {
      access: ["read", "own"],
      takesQuery: true,
      handle: async (c) => {
        const { cursor, to, ...query } = check(ListParameters, queryOf(c), "invalid-query");
        const page = await listMessages(c.env, c.get("caller"), { ...query, to: to?.replace(/^[+ ]/, "") }, cursor);
        return json({ messages: page.items, cursor: page.cursor });
      },
    },
    POST: {
      access: ["send"],
      handle: async (c) => {
        const { value, text } = await readJson(c.req.raw);
        const key = c.req.header("idempotency-key");
        const idempotency = key === undefined ? undefined : { key: checkKey(key, "Idempotency-Key"), content: () => text };
        const several = Array.isArray(value);
        const results = await sendAll(c.env, c.get("caller"), several ? value : [value], several, idempotency);
        return json(several ? results : results[0]!, 202);
      },
    },
  });

  route("/v1/messages/preview", {
    POST: { access: "any key", handle: async (c) => json(preview(c.env, checkPreview((await readJson(c.req.raw)).value)), 200, withHex) },
  });

  route("/v1/messages/:id", {
    GET: { access: ["read", "own"], handle: async (c) => json(await messageById(c.env, c.get("caller"), c.req.param("id"))) },
    DELETE: { access: ["send", "own", "admin"], handle: async (c) => json(await cancelMessage(c.env, c.get("caller"), c.req.param("id"))) },
  });

  route("/v1/inbound", {
    GET: {
      access: READ,
      takesQuery: true,
      handle: async (c) => {
        const { cursor, limit } = check(PageParameters, queryOf(c), "invalid-query");
        const page = await listInbound(c.env, limit, cursor);
        return json({ messages: page.items, cursor: page.cursor });
      },
    },
  });

  route("/v1/events", {
    GET: {
      access: READ,
      takesQuery: true,
      handle: async (c) => {
        const { pdus } = check(EventParameters, queryOf(c), "invalid-query");
        if (pdus === "true") demand(c.get("caller"), "admin");
        // A HEAD request comes as a GET, and nobody would read its stream.
        if (c.req.raw.method === "HEAD") return answer(null, "text/event-stream");
        const last = c.req.header("last-event-id") ?? "";
        const query = new URLSearchParams({ ...(/^\d{1,16}$/.test(last) ? { since: last } : {}), ...(pdus === "true" ? { pdus } : {}) });
        const streams = await Promise.all(allLinks(settingsOf(c.env)).map((at) => linkAt(c.env, at).fetch(new Request(`http://${linkName(at)}?${query}`))));
        return answer(joinEvents(streams.map(({ body }) => body!), c.req.raw.signal), "text/event-stream");
      },
    },
  });

  route("/v1/links", {
    GET: { access: READ, handle: async (c) => json({ links: await listLinks(c.env) }) },
  });

  route("/v1/dead-letters", {
    GET: {
      access: ADMIN,
      takesQuery: true,
      handle: async (c) => {
        const { cursor, limit } = check(PageParameters, queryOf(c), "invalid-query");
        const page = await listDeadLetters(c.env, limit, cursor);
        return json({ deadLetters: page.items, cursor: page.cursor });
      },
    },
  });

  route("/v1/dead-letters/:id/replay", {
    POST: {
      access: ADMIN,
      handle: async (c) => {
        await replayDeadLetter(c.env, c.req.param("id"));
        return json({ id: c.req.param("id"), status: "queued" }, 202);
      },
    },
  });

  route("/v1/decode", {
    POST: {
      access: "any key",
      handle: async (c) => {
        const { pdus, ...options } = await decodeInput(c.req.raw);
        return json(decodePdus(pdus, options), 200, withHex);
      },
    },
  });

  route("/metrics", {
    GET: {
      access: READ,
      handle: async (c) => {
        const links = await Promise.all(allLinks(settingsOf(c.env)).map((at) => linkAt(c.env, at).metrics()));
        return answer(prometheus(links), "text/plain; version=0.0.4; charset=utf-8");
      },
    },
  });

  return app;
}

/** `ctx.exports` of the Worker; without an execution context nothing is known of it. */
function exportsOf(c: Context<GatewayContext>): Exports {
  try {
    return (c.executionCtx as unknown as { exports?: Exports }).exports;
  } catch {
    return {};
  }
}

/** The query of a request. A parameter that is given several times is none that a route takes. */
function queryOf(c: Context<GatewayContext>): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(c.req.queries()).map(([name, values]) => [name, values.length === 1 ? values[0]! : values]));
}

/** What an operator has to fix. No message holds a setting's value. */
function problemsOf(env: GatewayEnv, exports: Exports): string[] {
  return [...settingsOf(env).accounts.map(({ fault }) => fault), handlersFault(exports)].filter((fault) => fault !== undefined);
}

/** The answer to a request that ended with `error`. What is not meant for the caller goes to the log. */
export function problemOf(error: unknown): Response {
  if (error instanceof ProblemError) return problemResponse(error.problem, error.headers);
  if (error instanceof EngineError) {
    return problemResponse(problem("invalid-message", undefined, { errors: [{ path: error.field ?? "", message: error.message }] }));
  }
  console.error(error);
  return problemResponse(problem("internal"));
}

async function decodeInput(request: Request): Promise<{ pdus: Uint8Array | string; strict?: boolean; maxPdu?: number }> {
  const type = mediaType(request);
  if (type === "application/octet-stream") return { pdus: await readBody(request) };
  if (type === "text/plain") return { pdus: decode(await readBody(request)) };
  const { strict, maxPdu, pdus } = check(DecodeInput, (await readJson(request)).value);
  return { pdus, ...(strict === undefined ? {} : { strict }), ...(maxPdu === undefined ? {} : { maxPdu }) };
}

function answer(body: BodyInit | null, type: string, status = 200): Response {
  return new Response(body, { status, headers: { ...API_HEADERS, "content-type": type } });
}

function json(value: unknown, status?: number, replacer?: typeof withHex): Response {
  return answer(JSON.stringify(value, replacer), "application/json", status);
}

/** Octets as hexadecimal. */
function withHex(_: string, part: unknown): unknown {
  return part instanceof Uint8Array ? toHex(part) : part;
}
