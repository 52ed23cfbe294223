import { Hono } from "hono/tiny";
import * as v from "valibot";
import { decodePdus, EngineError } from "../client/index.ts";
import { decode, mediaType, readBody, readJson } from "./body.ts";
import { ConfigError, settingsOf, type GatewayEnv } from "./config.ts";
import { joinEvents } from "./events.ts";
import { toHex } from "./hex.ts";
import { linkName } from "./ids.ts";
import { check, DecodeInput, PreviewInput } from "./input.ts";
import { authenticate, demand, type Caller } from "./keys.ts";
import { prometheus } from "./metrics.ts";
import openapi from "./openapi.json" with { type: "json" };
import { STATUSES } from "./outbox.ts";
import { problem, ProblemError, problemResponse } from "./problem.ts";
import { cancelMessage, listDeadLetters, listInbound, listLinks, listMessages, messageById, replayDeadLetter } from "./read.ts";
import { linkAt, preview, sendAll } from "./send.ts";
import { allLinks } from "./spread.ts";

/** What the routes have at hand. */
export interface GatewayContext {
  Bindings: GatewayEnv;
  Variables: { caller: Caller };
}

const LIMIT = v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(1), v.maxValue(100)), "50");
const CURSOR = v.optional(v.string());
const ListParameters = v.strictObject({ status: v.optional(v.picklist(STATUSES)), to: v.optional(v.pipe(v.string(), v.maxLength(32))), cursor: CURSOR, limit: LIMIT });
const EventParameters = v.strictObject({ pdus: v.optional(v.picklist(["true", "false"])) });
const PageParameters = v.strictObject({ cursor: CURSOR, limit: LIMIT });

/** The HTTP API as a Hono app: `app.route("/sms", smppRoutes())` in a Hono app, or its `fetch` as a Worker's. */
export function smppRoutes(): Hono<GatewayContext> {
  const app = new Hono<GatewayContext>();

  app.onError((error) => problemOf(error));
  app.notFound(() => problemResponse(problem("not-found")));

  // With keys these need none: they tell nothing of messages. Without keys they are local like all.
  app.use(async (c, next) => {
    const open = /\/(healthz|openapi\.json)?$/.test(c.req.path) && settingsOf(c.env).keys.length > 0;
    if (!open) c.set("caller", await authenticate(c.req.raw, settingsOf(c.env)));
    await next();
  });

  app.post("/v1/messages", async (c) => {
    demand(c.var.caller, "send");
    const { value, text } = await readJson(c.req.raw);
    const key = c.req.header("idempotency-key");
    const idempotency = key === undefined ? undefined : { key: checkKey(key), content: text };
    const several = Array.isArray(value);
    const results = await sendAll(c.env, c.var.caller, several ? value : [value], several, idempotency);
    return c.json(several ? results : results[0]!, 202);
  });
  app.get("/v1/messages", async (c) => {
    demand(c.var.caller, "read");
    const { cursor, to, ...query } = parameters(ListParameters, c.req.query());
    const page = await listMessages(c.env, { ...query, to: to?.replace(/^[+ ]/, "") }, cursor);
    return c.json({ messages: page.items, cursor: page.cursor });
  });
  app.all("/v1/messages", () => notAllowed("GET, POST"));

  app.post("/v1/messages/preview", async (c) => {
    const input = check(PreviewInput, (await readJson(c.req.raw)).value);
    if ((input.text === undefined) === (input.binary === undefined)) {
      throw new ProblemError("invalid-message", undefined, { errors: [{ path: "text", message: "one of text and binary is expected" }] });
    }
    return json(preview(input));
  });
  app.all("/v1/messages/preview", () => notAllowed("POST"));

  app.get("/v1/messages/:id", async (c) => {
    demand(c.var.caller, "read");
    return c.json(await messageById(c.env, c.req.param("id")));
  });
  app.delete("/v1/messages/:id", async (c) => {
    demand(c.var.caller, "send");
    return c.json(await cancelMessage(c.env, c.req.param("id")));
  });
  app.all("/v1/messages/:id", () => notAllowed("GET, DELETE"));

  app.get("/v1/inbound", async (c) => {
    demand(c.var.caller, "read");
    const { cursor, limit } = parameters(PageParameters, c.req.query());
    const page = await listInbound(c.env, limit, cursor);
    return c.json({ messages: page.items, cursor: page.cursor });
  });
  app.all("/v1/inbound", () => notAllowed("GET"));

  app.get("/v1/events", async (c) => {
    demand(c.var.caller, "read");
    const { pdus } = parameters(EventParameters, c.req.query());
    if (pdus === "true") demand(c.var.caller, "admin");
    const last = c.req.header("last-event-id") ?? "";
    const query = new URLSearchParams({ ...(/^\d{1,16}$/.test(last) ? { since: last } : {}), ...(pdus === "true" ? { pdus } : {}) });
    const answers = await Promise.all(allLinks(settingsOf(c.env)).map((at) => linkAt(c.env, at).fetch(new Request(`http://${linkName(at)}?${query}`))));
    return new Response(joinEvents(answers.map((answer) => answer.body!)), {
      headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    });
  });
  app.all("/v1/events", () => notAllowed("GET"));

  app.get("/v1/links", async (c) => {
    demand(c.var.caller, "read");
    return c.json({ links: await listLinks(c.env) });
  });
  app.all("/v1/links", () => notAllowed("GET"));

  app.get("/v1/dead-letters", async (c) => {
    demand(c.var.caller, "admin");
    const { cursor, limit } = parameters(PageParameters, c.req.query());
    const page = await listDeadLetters(c.env, limit, cursor);
    return c.json({ deadLetters: page.items, cursor: page.cursor });
  });
  app.all("/v1/dead-letters", () => notAllowed("GET"));
  app.post("/v1/dead-letters/:id/replay", async (c) => {
    demand(c.var.caller, "admin");
    await replayDeadLetter(c.env, c.req.param("id"));
    return c.json({ id: c.req.param("id"), status: "queued" }, 202);
  });
  app.all("/v1/dead-letters/:id/replay", () => notAllowed("POST"));

  app.post("/v1/decode", async (c) => {
    const { pdus, ...options } = await decodeInput(c.req.raw);
    return json(decodePdus(pdus, options));
  });
  app.all("/v1/decode", () => notAllowed("POST"));

  app.get("/healthz", async (c) => {
    const links = await listLinks(c.env);
    const up = links.filter(({ state }) => state === "bound").length;
    const status = up === links.length ? "ok" : up > 0 ? "degraded" : "down";
    return c.json({ status, links: { up, total: links.length } }, up > 0 ? 200 : 503);
  });
  app.all("/healthz", () => notAllowed("GET"));

  app.get("/metrics", async (c) => {
    demand(c.var.caller, "read");
    const links = await Promise.all(allLinks(settingsOf(c.env)).map((at) => linkAt(c.env, at).metrics()));
    return c.body(prometheus(links), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  app.all("/metrics", () => notAllowed("GET"));

  app.get("/openapi.json", (c) => c.json(openapi));
  app.all("/openapi.json", () => notAllowed("GET"));
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

function notAllowed(methods: string): Response {
  return problemResponse(problem("method-not-allowed", `${methods} can be used`), { allow: methods });
}

function parameters<S extends v.GenericSchema>(schema: S, query: Record<string, string>): v.InferOutput<S> {
  const result = v.safeParse(schema, query);
  if (result.success) return result.output;
  const errors = result.issues.map((issue) => ({ path: v.getDotPath(issue) ?? "", message: issue.message.slice(0, 200) }));
  throw new ProblemError("invalid-query", undefined, { errors });
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
