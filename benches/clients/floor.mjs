// The least that storing a message costs: a Worker that parses the body and has one object insert one row.

import { DurableObject } from "cloudflare:workers";

export class SmppLink extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS messages (n INTEGER PRIMARY KEY, input TEXT NOT NULL)");
  }

  async insert(messages) {
    for (const message of messages) this.ctx.storage.sql.exec("INSERT INTO messages (input) VALUES (?)", JSON.stringify(message));
    return messages.length;
  }
}

export default {
  async fetch(request, env) {
    const value = await request.json();
    const messages = Array.isArray(value) ? value : [value];
    await env.SMPP_LINK.getByName("main/0").insert(messages);
    return Response.json(messages.map(() => ({ status: "queued" })), { status: 202 });
  },
};
