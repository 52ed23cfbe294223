// client(): connects on first use, keeps trying, and connects again after an end.

import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { client, connect, SmppError, type Report } from "smpp-edge";
import { createSimulator } from "smpp-edge/server";
import { freePort } from "../free-port.ts";
import { until } from "../simulator/peers.ts";

const message = { from: "12345", to: "+15550000001", text: "Hello World" };
const quick = { reconnect: { min: 20, max: 100 } };

const urlOf = (port: number, password = "password"): string => `smpp://smppclient1:${password}@127.0.0.1:${port}`;
const failsWith = (code: string | number, outcome?: string) => (error: unknown): boolean =>
  error instanceof SmppError && error.code === code && (outcome === undefined || error.outcome === outcome);

test("messages wait for an SMSC that starts later, and go out once", async () => {
  const port = await freePort();
  const states: string[] = [];
  await using lazy = client(urlOf(port), { ...quick, onState: (state) => void states.push(state) });
  assert.equal(lazy.stats().state, "closed");
  const reports: Report[] = [];
  const loop = (async () => { for await (const report of lazy.reports()) reports.push(report); })();
  const waiting = [lazy.sendSms({ ...message, report: "always" }), lazy.sendSms(message), lazy.query("nothing").catch((error: SmppError) => error.name)];
  await until("a failed attempt", () => states.includes("closed"));
  const simulator = await createSimulator({ port, delay: 10 });
  try {
    const [first, second, asked] = await Promise.all(waiting) as [{ status: string }, { status: string }, string];
    assert.deepEqual([first.status, second.status, asked], ["accepted", "accepted", "ESME_RINVMSGID"]);
    assert.equal(simulator.messages().length, 2);
    assert.equal(lazy.stats().binds, 1);
    await until("the report", () => reports.length === 1);
    await lazy.close();
    await loop;
  } finally {
    await simulator.close();
  }
});

test("nothing connects before the first use", async () => {
  let connections = 0;
  const server = createServer((socket) => { connections++; socket.destroy(); });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const lazy = client(urlOf((server.address() as AddressInfo).port));
  lazy.reports();
  await lazy.close();
  assert.equal(connections, 0);
  await new Promise((resolve) => server.close(resolve));
});

test("a wrong password rejects what waits, and the next call tries again", async () => {
  const simulator = await createSimulator({ port: 0, accounts: { smppclient1: "password" } });
  try {
    await using wrong = client(simulator.url.replace(":password", ":wrong"), quick);
    await Promise.all([assert.rejects(wrong.sendSms(message), failsWith(0x0e)), assert.rejects(wrong.ready(), failsWith(0x0e))]);
    await assert.rejects(wrong.sendSms(message), failsWith(0x0e));
    assert.equal(wrong.stats().state, "closed");
  } finally {
    await simulator.close();
  }
});

test("used after the client ended, it connects again", async () => {
  const port = await freePort();
  await using lazy = client(urlOf(port), { reconnect: false });
  for (const round of [1, 2]) {
    const simulator = await createSimulator({ port });
    assert.equal((await lazy.sendSms(message)).status, "accepted", `round ${round}`);
    await simulator.close();
    await until("the end", () => lazy.stats().state === "closed");
    await assert.rejects(lazy.sendSms(message), failsWith("connection-failed", "not-sent"));
  }
});

test("close() settles what waits, and ends loops", async () => {
  const lazy = client(urlOf(await freePort()), quick);
  const loop = (async () => { for await (const _ of lazy.messages()) assert.fail("a message"); })();
  const waiting = [lazy.sendSms(message), lazy.sendMany([message]), lazy.request({ command: "enquire_link" }), lazy.ready()];
  const settled = Promise.all(waiting.map((each) => assert.rejects(each as Promise<unknown>, failsWith("closed", "not-sent"))));
  await lazy.close();
  await settled;
  await loop;
  await assert.rejects(lazy.sendSms(message), failsWith("closed", "not-sent"));
});

test("a signal, and the end of validity, end the wait of that message alone", async () => {
  const port = await freePort();
  await using lazy = client(urlOf(port), quick);
  const abort = new AbortController();
  const ended = [
    assert.rejects(lazy.sendSms({ ...message, signal: abort.signal }), failsWith("aborted", "not-sent")),
    assert.rejects(lazy.sendSms({ ...message, validity: 0.05 }), failsWith("timeout", "not-sent")),
    assert.rejects(lazy.ready({ signal: abort.signal }), failsWith("aborted")),
  ];
  const other = lazy.sendSms(message);
  abort.abort();
  await Promise.all(ended);
  const simulator = await createSimulator({ port });
  try {
    assert.equal((await other).status, "accepted");
    assert.equal(simulator.messages().length, 1);
  } finally {
    await lazy.close();
    await simulator.close();
  }
});

test("wrong arguments are refused at once, connected or not", async () => {
  await using lazy = client(urlOf(1), quick);
  await assert.rejects(lazy.sendSms({ ...message, to: "hello" }), failsWith("invalid-field", "not-sent"));
  await assert.rejects(lazy.sendSms({ ...message, reprot: "always" } as typeof message), failsWith("invalid-field", "not-sent"));
  assert.equal(lazy.stats().state, "closed");
  assert.throws(() => client(urlOf(1), { window: 0 }), failsWith("invalid-option"));
});

test("SMPP_URL is the default URL of client() and connect()", async () => {
  const simulator = await createSimulator({ port: 0 });
  const before = process.env["SMPP_URL"];
  try {
    delete process.env["SMPP_URL"];
    assert.throws(() => client(), failsWith("invalid-option"));
    await assert.rejects(connect(), failsWith("invalid-option"));
    process.env["SMPP_URL"] = simulator.url;
    await using smpp = await connect();
    await using lazy = client();
    assert.equal((await smpp.sendSms(message)).status, "accepted");
    assert.equal((await lazy.sendSms(message)).status, "accepted");
    await lazy.ready();
  } finally {
    if (before === undefined) delete process.env["SMPP_URL"];
    else process.env["SMPP_URL"] = before;
    await simulator.close();
  }
});
