// The suites of the client, with their SMSC, in a Durable Object.

import { DurableObject } from "cloudflare:workers";
import { bindsTests } from "../../client/binds.suite.ts";
import { inboundTests } from "../../client/inbound.suite.ts";
import { outboundTests } from "../../client/outbound.suite.ts";
import { relayBy } from "./node-net.mjs";
import { tests } from "./node-test.mjs";

bindsTests();
inboundTests();
outboundTests();

/** Lists the tests, or runs one of them. */
export class Suites extends DurableObject {
  async fetch(request) {
    if (request.method === "GET") return Response.json([...tests.keys()]);
    const { name, relay } = await request.json();
    relayBy(relay);
    try {
      await tests.get(name)();
      return Response.json({});
    } catch (error) {
      return Response.json({ error: error instanceof Error ? error.stack : String(error) });
    }
  }
}

export default {
  fetch(request, env) {
    return env.OBJECT.get(env.OBJECT.idFromName("suites")).fetch(request);
  },
};
