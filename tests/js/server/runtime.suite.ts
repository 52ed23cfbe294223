// The SMSC on each of its runtimes, with the package's own client on the other side.

import assert from "node:assert/strict";
import { test } from "node:test";
import { selfSigned } from "../client/certificate.ts";

type Client = typeof import("smpp-edge");
type Server = typeof import("smpp-edge/server");

/** Runs with the package as this runtime imports it. */
export function runtimeTests(runtime: string, { connect }: Client, { createSimulator }: Server): void {
  for (const secure of [false, true]) {
    test(`${runtime}: ${secure ? "over TLS " : ""}a long message goes out, its receipts and an answer come back`, async () => {
      const { cert, key } = selfSigned("localhost");
      await using simulator = await createSimulator({ port: 0, delay: 0, ...(secure ? { tls: { cert, key } } : {}) });
      const inbound: (string | undefined)[] = [];
      await using smpp = await connect(simulator.url, {
        onMessage: ({ text }) => void inbound.push(text),
        ...(secure ? { tls: { ca: cert, servername: "localhost" } } : {}),
      });
      const text = "€[]{} ".repeat(60);
      const sent = await smpp.sendSms({ from: "12345", to: "+15551230000", text, report: "always" });
      assert.ok(sent.segments.length > 1);
      assert.equal((await sent.delivered({ timeout: 15_000 })).status, "delivered");
      assert.equal(simulator.messages().map((message) => message.text).join(""), text);
      await simulator.deliver({ from: "+15551230000", to: "12345", text });
      assert.deepEqual(inbound, [text]);
    });
  }
}
