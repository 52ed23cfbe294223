// `smpp-edge check`: who the SMSC is, or what is wrong.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSimulator } from "smpp-edge/server";
import { selfSigned } from "../client/certificate.ts";
import { run } from "./program.ts";

const directory = mkdtempSync(join(tmpdir(), "smpp-edge-check-"));
after(() => rmSync(directory, { recursive: true, force: true }));

test("an SMSC that lets us in: its name, its version, the round trip", async () => {
  const simulator = await createSimulator({ port: 0 });
  try {
    const { code, out, err } = await run(["check", simulator.url]);
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /^SMSC {9}smpp:\/\/smppclient1@127\.0\.0\.1:\d+$/m);
    assert.match(out, /^bound {8}in [\d.]+ ms$/m);
    assert.match(out, /^system_id {4}\S+$/m);
    assert.match(out, /^version {6}[35]\.\d$/m);
    assert.match(out, /^round trip {3}[\d.]+ ms \([\d.]+ to [\d.]+ ms, 5 × enquire_link\)$/m);
    assert.doesNotMatch(out, /password/);
    const found = JSON.parse((await run(["check", "--json", "--bind", "transmitter", "--url", simulator.url])).out) as Record<string, unknown>;
    assert.equal(found["bound"], true);
    assert.equal((found["roundTrips"] as number[]).length, 5);
    assert.equal(simulator.messages().length, 0);
  } finally {
    await simulator.close();
  }
});

test("a wrong password: exit code 1, and the SMSC's status", async () => {
  const simulator = await createSimulator({ port: 0 });
  try {
    const { code, out } = await run(["check", simulator.url.replace(":password", ":wrong")]);
    assert.equal(code, 1);
    assert.match(out, /^not bound {4}.*ESME_RINVPASWD/m);
    const found = JSON.parse((await run(["check", "--json", simulator.url.replace(":password", "")], { env: { SMPP_PASSWORD: "wrong" } })).out) as { error: { code: string }; bound: boolean };
    assert.deepEqual([found.bound, found.error.code], [false, "ESME_RINVPASWD"]);
  } finally {
    await simulator.close();
  }
});

test("TLS: the certificate, whether it is trusted, and then the bind", async () => {
  const { cert, key } = selfSigned("smsc.example");
  const ca = join(directory, "ca.pem");
  writeFileSync(ca, cert);
  const simulator = await createSimulator({ port: 0, tls: { cert, key } });
  try {
    const trusted = await run(["check", "--ca", ca, "--servername", "smsc.example", simulator.url]);
    assert.equal(trusted.code, 0, trusted.out);
    assert.match(trusted.out, /^certificate {2}smsc\.example, by smsc\.example, until \S+ \(\d+ days\)$/m);
    assert.match(trusted.out, /^trusted {6}yes$/m);
    const other = await run(["check", simulator.url]);
    assert.equal(other.code, 1);
    assert.match(other.out, /^trusted {6}no: /m);
    assert.match(other.out, /^not bound {4}./m);
  } finally {
    await simulator.close();
  }
});

test("a port where nobody listens, and one that speaks no SMPP", async () => {
  const server = createServer((socket) => void socket.on("error", () => {}).resume().end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const http = await run(["check", `smpp://id:password@127.0.0.1:${port}`]);
  assert.equal(http.code, 1);
  assert.match(http.out, /^not bound {4}.*HTTP/m);
  const tls = await run(["check", `smpps://id:password@127.0.0.1:${port}`]);
  assert.match(tls.out, /^not bound {4}./m);
  assert.doesNotMatch(tls.out, /^certificate/m);
  await new Promise((resolve) => server.close(resolve));
  const none = await run(["check", `smpp://id:password@127.0.0.1:${port}`]);
  assert.equal(none.code, 1);
  assert.match(none.out, /^not bound {4}.*127\.0\.0\.1/m);
});

for (const [args, message] of [
  [["check"], /--url is missing/],
  [["check", "smpp://a:b@c", "smpp://d:e@f"], /one URL is expected/],
  [["check", "smpp://a:b@c", "--bind", "sideways"], /--bind/],
  [["check", "nonsense"], /expected smpp:\/\//],
] as const) {
  test(`${args.join(" ")}: exit code 2, and why`, async () => {
    const { code, err } = await run([...args]);
    assert.equal(code, 2, err);
    assert.match(err, message);
  });
}
