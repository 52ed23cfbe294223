// A user's Worker with the gateway as a plugin. What its handlers get is posted to RECEIVER, and its own routes call the gateway by RPC.

import { Hono } from "hono";
import { type Envelope, type GatewayEnv, type GatewayMessage, type GatewayReport, SmppGateway, SmppLink, smppRoutes } from "../../../js/gateway/index.ts";

export { SmppGateway, SmppLink };

interface Env extends GatewayEnv {
  SMS: Service<SmppGateway>;
  RECEIVER: string;
}

/** The API beside routes of the user's own. */
const app = new Hono<{ Bindings: Env }>().get("/own", (c) => c.text("mine"));
app.mount("/sms", smppRoutes().fetch);

async function tell(env: Env, kind: string, value: object): Promise<void> {
  const plain = JSON.stringify({ kind, ...value }, (_, part) => (part instanceof Uint8Array ? [...part] : part));
  const { status } = await fetch(env.RECEIVER, { method: "POST", body: plain });
  if (status >= 300) throw new Error("The receiver does not take it");
}

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/own" || pathname.startsWith("/sms/")) return app.fetch(request, env, ctx);
    if (pathname.startsWith("/v1/") || pathname === "/healthz") return env.SMS.fetch(request);
    const { method, args } = await request.json<{ method: string; args: unknown[] }>();
    try {
      const gateway = env.SMS as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>;
      return Response.json({ result: await gateway[method]!(...args.map(revive)) });
    } catch (error) {
      return Response.json({ error: (error as Error).message, problem: (error as { problem?: unknown }).problem });
    }
  },
  async queue(batch: MessageBatch<Envelope>, env: Env): Promise<void> {
    for (const { body } of batch.messages) await tell(env, "queue", body);
  },
  async smppReport(report: GatewayReport, env: Env): Promise<void> {
    await tell(env, "report", { ...report, rawIsOctets: report.raw instanceof Uint8Array, doneAtIsDate: report.doneAt instanceof Date });
  },
  async smppMessage(message: GatewayMessage, env: Env): Promise<void> {
    await tell(env, "message", message);
  },
};

/** What JSON has not, by its name. */
const SPECIAL: Record<string, () => unknown> = {
  map: () => new Map([["idempotencyKey", "k"]]),
  set: () => new Set(["x"]),
  date: () => new Date(0),
  "no date": () => new Date(NaN),
  octets: () => Uint8Array.of(1, 2),
  buffer: () => Uint8Array.of(1, 2).buffer,
  bigint: () => 5n,
  function: () => () => "x",
  undefined: () => undefined,
  gap: () => [{ from: "1", to: "2", text: "x" }].concat(Array(1)),
  cycle: () => {
    const own: { self?: unknown } = {};
    return (own.self = own);
  },
};

/** Octets, dates and what else can't be written in JSON. */
function revive(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  if ("$" in value) return SPECIAL[value.$ as string]!();
  const out: Record<string, unknown> = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, name === "binary" ? part : revive(part)]));
  if (Array.isArray(out["binary"])) out["binary"] = Uint8Array.from(out["binary"] as number[]);
  if (typeof out["scheduleAt"] === "string") out["scheduleAt"] = new Date(out["scheduleAt"]);
  return out;
}
