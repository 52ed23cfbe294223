import type { Handler } from "hono";
import { Hono } from "hono/tiny";
import * as v from "valibot";
import { decodePdus, EngineError } from "../../client/index.ts";
import { linkAt } from "../link/stub.ts";
import { demand, type Caller } from "../model/caller.ts";
import { ConfigError, settingsOf, type GatewayEnv } from "../model/config.ts";
import { toHex } from "../model/hex.ts";
import { linkName } from "../model/ids.ts";
import { check, checkPreview, DecodeInput } from "../model/input.ts";
import { problem, ProblemError, problemResponse } from "../model/problem.ts";
import { whole } from "../model/schema.ts";
import { allLinks } from "../model/spread.ts";
import { STATUSES } from "../model/views.ts";
import { cancelMessage, listDeadLetters, listInbound, listLinks, listMessages, messageById, replayDeadLetter } from "../operations/read.ts";
import { preview, sendAll } from "../operations/send.ts";
import { decode, mediaType, readBody, readJson } from "./body.ts";
import { joinEvents } from "./event-stream.ts";
import { authenticate } from "./keys.ts";
import { prometheus } from "./metrics.ts";

/** What the routes have at hand. */
export interface GatewayContext {
  Bindings: GatewayEnv;
  Variables: { caller: Caller };
}

const LIMIT = v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/, "digits are expected"), v.transform(Number), whole(1, 100)), "50");
const CURSOR = v.optional(v.string());
const ListParameters = v.strictObject({ status: v.optional(v.picklist(STATUSES)), to: v.optional(v.pipe(v.string(), v.maxLength(32))), cursor: CURSOR, limit: LIMIT });
const EventParameters = v.strictObject({ pdus: v.optional(v.picklist(["true", "false"])) });
const PageParameters = v.strictObject({ cursor: CURSOR, limit: LIMIT });

/** The HTTP API as a Hono app: `app.route("/sms", smppRoutes())` in a Hono app, or its `fetch` as a Worker's. */
export function smppRoutes(): Hono<GatewayContext> {
  const app = new Hono<GatewayContext>();

  app.onError((error) => problemOf(error));
  app.notFound(() => problemResponse(problem("not-found")));

  // With keys it needs none: it tells nothing of messages. Without keys it is local like all.
  app.use(async (c, next) => {
    const open = /\/(healthz)?$/.test(c.req.path) && settingsOf(c.env).keys.length > 0;
    if (!open) c.set("caller", await authenticate(c.req.raw, settingsOf(c.env)));
    await next();
  });

  /** Answers each of `methods` at `path`, and any other one with 405. */
  const route = <P extends string>(path: P, methods: Record<string, Handler<GatewayContext, P>>) => {
    for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
    const allow = Object.keys(methods).join(", ");
    app.all(path, () => problemResponse(problem("method-not-allowed", `${allow} can be used`), { allow }));
  };

  route("/v1/messages", {
    GET: async (c) => {
      demand(c.var.caller, "read");
      const { cursor, to, ...query } = check(ListParameters, c.req.query(), "invalid-query");
      const page = await listMessages(c.env, { ...query, to: to?.replace(/^[+ ]/, "") }, cursor);
      return c.json({ messages: page.items, cursor: page.cursor });
    },
    POST: async (c) => {
      demand(c.var.caller, "send");
      const { value, text } = await readJson(c.req.raw);
      const key = c.req.header("idempotency-key");
      const idempotency = key === undefined ? undefined : { key: checkKey(key), content: text };
      const several = Array.isArray(value);
      const results = await sendAll(c.env, c.var.caller, several ? value : [value], several, idempotency);
      return c.json(several ? results : results[0]!, 202);
    },
  });

  route("/v1/messages/preview", {
    POST: async (c) => {
      return json(preview(checkPreview((await readJson(c.req.raw)).value)));
    },
  });

  route("/v1/messages/:id", {
    GET: async (c) => {
      demand(c.var.caller, "read");
      return c.json(await messageById(c.env, c.req.param("id")));
    },
    DELETE: async (c) => {
      demand(c.var.caller, "send");
      return c.json(await cancelMessage(c.env, c.req.param("id")));
    },
  });

  route("/v1/inbound", {
    GET: async (c) => {
      demand(c.var.caller, "read");
      const { cursor, limit } = check(PageParameters, c.req.query(), "invalid-query");
      const page = await listInbound(c.env, limit, cursor);
      return c.json({ messages: page.items, cursor: page.cursor });
    },
  });

  route("/v1/events", {
    GET: async (c) => {
      demand(c.var.caller, "read");
      const { pdus } = check(EventParameters, c.req.query(), "invalid-query");
      if (pdus === "true") demand(c.var.caller, "admin");
      const last = c.req.header("last-event-id") ?? "";
      const query = new URLSearchParams({ ...(/^\d{1,16}$/.test(last) ? { since: last } : {}), ...(pdus === "true" ? { pdus } : {}) });
      const answers = await Promise.all(allLinks(settingsOf(c.env)).map((at) => linkAt(c.env, at).fetch(new Request(`http://${linkName(at)}?${query}`))));
      return new Response(joinEvents(answers.map((answer) => answer.body!)), {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
      });
    },
  });

  route("/v1/links", {
    GET: async (c) => {
      demand(c.var.caller, "read");
      return c.json({ links: await listLinks(c.env) });
    },
  });

  route("/v1/dead-letters", {
    GET: async (c) => {
      demand(c.var.caller, "admin");
      const { cursor, limit } = check(PageParameters, c.req.query(), "invalid-query");
      const page = await listDeadLetters(c.env, limit, cursor);
      return c.json({ deadLetters: page.items, cursor: page.cursor });
    },
  });

  route("/v1/dead-letters/:id/replay", {
    POST: async (c) => {
      demand(c.var.caller, "admin");
      await replayDeadLetter(c.env, c.req.param("id"));
      return c.json({ id: c.req.param("id"), status: "queued" }, 202);
    },
  });

  route("/v1/decode", {
    POST: async (c) => {
      const { pdus, ...options } = await decodeInput(c.req.raw);
      return json(decodePdus(pdus, options));
    },
  });

  route("/healthz", {
    GET: async (c) => {
      const links = await listLinks(c.env);
      const up = links.filter(({ state }) => state === "bound").length;
      const status = up === links.length ? "ok" : up > 0 ? "degraded" : "down";
      return c.json({ status, links: { up, total: links.length } }, up > 0 ? 200 : 503);
    },
  });

  route("/metrics", {
    GET: async (c) => {
      demand(c.var.caller, "read");
      const links = await Promise.all(allLinks(settingsOf(c.env)).map((at) => linkAt(c.env, at).metrics()));
      return c.body(prometheus(links), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    },
  });

  return app;
}

/** The answer to a request that ended with `error`. What is not meant for the caller goes to the log. */
export function problemOf(error: unknown): Response {
  if (error instanceof ProblemError) return problemResponse(error.problem, error.headers);
  if (error instanceof ConfigError) return problemResponse(problem("misconfigured", error.message));
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

function checkKey(key: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new ProblemError("invalid-key", "1 to 255 printable ASCII characters without spaces are expected");
}

/** JSON with octets as hexadecimal. */
function json(value: unknown): Response {
  return new Response(JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? toHex(part) : part)), { headers: { "content-type": "application/json" } });
}
