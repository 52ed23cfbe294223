// docs/http-api.md: each of its curl lines, and those of opt-outs, privacy, limits and statistics, against the gateway in workerd, and each receiver gets the gateway's own webhooks.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";
import { freePort } from "../free-port.ts";
import { at, execute, node24 } from "../../../scripts/lib.mjs";
import { createSimulator } from "smpp-edge/server";
import { blocks } from "../documents/documents.mjs";
import { startGateway, temporary, until } from "../gateway/support.mjs";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const KEY = "a-key-of-the-tests";
const shell = blocks("docs/http-api.md", "sh").join("").replaceAll("\\\n", "").split("\n").filter((line) => line.startsWith("curl"));
const posix = { skip: process.platform === "win32" && "there is no sh" };

/** Runs a line of the page, and gives status and JSON of the response. */
async function curl(line, env, cwd) {
  const { code, output } = await execute("sh", ["-c", line.replace("curl ", "curl --silent --show-error --write-out '\\n%{http_code}' ")], { cwd, timeout: 60_000, env: { ...process.env, ...env } });
  assert.equal(code, 0, output);
  const [, body, status] = /^(.*)\n(\d+)$/s.exec(output);
  return { status: Number(status), body: body === "" ? undefined : JSON.parse(body) };
}

test("the curl lines do what the page says", posix, async (t) => {
  const simulator = await createSimulator({ port: 0, delay: 0 });
  t.after(() => simulator.close());
  const gateway = await startGateway(t, { vars: { SMPP_URL: simulator.url, SMPP_API_KEYS: JSON.stringify({ test: KEY }) } });
  const env = { GATEWAY: gateway.url.replace(/\/$/, ""), KEY };
  const line = (pattern) => shell.find((each) => pattern.test(each)) ?? assert.fail(`no line ${pattern}`);

  const send = line(/idempotency-key/);
  const sent = await curl(send, env);
  assert.deepEqual([sent.status, sent.body.status, sent.body.segments, sent.body.encoding], [202, "queued", 1, "gsm7"]);
  assert.equal((await curl(send, env)).body.id, sent.body.id, "the same key, the same id");
  await until("the report", async () => (await curl(line(/messages\/\$ID -H/), { ...env, ID: sent.body.id })).body.status === "delivered");

  const many = await curl(line(/"One"/), env);
  assert.equal(many.status, 202, JSON.stringify(many.body));
  assert.deepEqual(many.body.map(({ status }) => status), ["queued", "queued"]);
  const wrong = await curl(line(/"One"/).replace("+1234567891", "nobody"), env);
  assert.deepEqual([wrong.status, wrong.body.errors[0].path], [422, "[1].to"]);

  const preview = await curl(line(/preview/), env);
  assert.deepEqual([preview.status, preview.body.encoding, preview.body.segments], [200, "ucs2", 1]);

  const later = await curl(line(/scheduleAt/), { ...env, LATER: new Date(Date.now() + 3_600_000).toISOString() });
  assert.equal(later.status, 202, JSON.stringify(later.body));
  const cancelled = await curl(line(/-X DELETE/), { ...env, ID: later.body.id });
  assert.equal(cancelled.status, 200);
  assert.equal(cancelled.body.status, "deleted");

  const listed = await curl(line(/status=delivered/), env);
  assert(listed.body.messages.some(({ id }) => id === sent.body.id));
  assert.deepEqual((await curl(line(/inbound/), env)).status, 200);
  assert.equal(shell.length, 8, "each line of the page is run here");
});

/** The signature of Standard Webhooks. */
function sign(id, timestamp, body, secret) {
  return `v1,${createHmac("sha256", Buffer.from(secret.replace("whsec_", ""), "base64")).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

/** Passes requests on to a receiver, and keeps them. */
async function relay(t, url) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { host, connection, "content-length": length, "transfer-encoding": encoding, ...headers } = request.headers;
    requests.push({ headers, body });
    response.writeHead((await fetch(url, { method: "POST", headers, body })).status).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}/`, requests };
}

test("the curl lines on opt-outs and privacy do what the pages say", posix, async (t) => {
  const simulator = await createSimulator({ port: 0, delay: 0 });
  t.after(() => simulator.close());
  const gateway = await startGateway(t, { vars: { SMPP_URL: simulator.url, SMPP_OPT_OUT: "{}", SMPP_API_KEYS: JSON.stringify({ test: { key: KEY, scopes: ["send", "read", "admin"] } }) } });
  const directory = temporary(t);
  writeFileSync(join(directory, "stop-list.csv"), "+1 234 567-891\n+447700900001\n");
  const env = { GATEWAY: gateway.url.replace(/\/$/, ""), KEY };
  const [imported, ...more] = blocks("docs/opt-outs.md", "sh").join("").trim().split("\n");
  assert.deepEqual(more, []);
  assert.equal((await curl(imported, env, directory)).status, 200);
  const listed = await curl('curl "$GATEWAY/v1/opt-outs" -H "Authorization: Bearer $KEY"', env);
  assert.equal(listed.body.optOuts.length, 2);

  const [send, erase, ...rest] = blocks("docs/privacy.md", "sh").join("").trim().split("\n");
  assert.deepEqual(rest, []);
  const sent = await curl(send, env);
  assert.equal(sent.status, 202, JSON.stringify(sent.body));
  const state = () => curl(`curl "$GATEWAY/v1/messages/${sent.body.id}" -H "Authorization: Bearer $KEY"`, env);
  await until("the report", async () => (await state()).body.status === "delivered");
  assert.equal((await state()).body.text, undefined);
  assert.equal(simulator.messages()[0].text, "123456 is your code");
  const erased = await curl(erase, env);
  assert.deepEqual([erased.status, erased.body.erased > 0], [200, true]);
  assert.equal((await state()).status, 404);
});

test("the curl lines on limits and statistics do what the pages say", posix, async (t) => {
  const simulator = await createSimulator({ port: 0, delay: 0 });
  t.after(() => simulator.close());
  const gateway = await startGateway(t, {
    main: at("tests/js/gateway/limits-worker.ts"),
    vars: { SMPP_URL: simulator.url, SMPP_LIMITS: { recipient: "otp", unverified: {} }, SMPP_API_KEYS: JSON.stringify({ test: KEY }) },
  });
  const env = { GATEWAY: gateway.url.replace(/\/$/, ""), KEY };
  const sent = await gateway.post("/v1/messages", { from: "Shop", to: "+447700900001", text: "123456 is your code" }, { authorization: `Bearer ${KEY}` });
  await until("the message to be sent", async () => (await gateway.get(`/v1/messages/${sent.body.id}`, { authorization: `Bearer ${KEY}` })).body.status !== "queued");
  const [verify, ...rest] = blocks("docs/limits.md", "sh").join("").trim().split("\n");
  assert.deepEqual(rest, []);
  const { status, body } = await curl(verify, { ...env, ID: sent.body.id });
  assert.deepEqual([status, body], [200, { id: sent.body.id, verified: true, country: "GB" }]);
  const [stats, ...more] = blocks("docs/statistics.md", "sh").join("").trim().split("\n");
  assert.deepEqual(more, []);
  const groups = await until("the message in the figures", async () => {
    const answer = await curl(stats, env);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body.windows.at(-1).groups.length > 0 && answer.body.windows.at(-1).groups;
  });
  assert.deepEqual(groups.map(({ country, key, accepted }) => ({ country, key, accepted })), [{ country: "GB", key: "test", accepted: 1 }]);
});

describe("receivers of webhooks", () => {
  const lacks = (program) => spawnSync(program, ["--version"]).status !== 0 && `there is no ${program}`;
  const file = (name) => at("examples", "webhooks", name);
  const receivers = [
    ["receiver.mjs", node24(), () => [file("receiver.mjs")], false],
    ["receiver.py", "python3", () => [file("receiver.py")], lacks("python3")],
    ["receiver.php", "php", (port) => ["-S", `127.0.0.1:${port}`, file("receiver.php")], lacks("php")],
  ];
  for (const [name, program, args, skip] of receivers) {
    test(name, { skip }, async (t) => {
      const port = await freePort();
      const receiver = spawn(program, args(port), { env: { ...process.env, NODE_TEST_CONTEXT: undefined, PORT: String(port), SMPP_WEBHOOK_SECRET: SECRET } });
      t.after(() => receiver.kill());
      let output = "";
      for (const stream of [receiver.stdout, receiver.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
      const lines = () => output.split("\n").filter((line) => /: (delivered|failed|Grüße)/.test(line));
      const url = `http://127.0.0.1:${port}/`;
      const post = (headers, body) => fetch(url, { method: "POST", headers, body }).then((response) => response.status);
      await until("the receiver", () => post({}, "{}").catch(() => undefined));
      const relayed = await relay(t, url);

      const simulator = await createSimulator({ port: 0, delay: 0 });
      t.after(() => simulator.close());
      const gateway = await startGateway(t, { vars: { SMPP_URL: simulator.url, SMPP_WEBHOOK_URL: relayed.url, SMPP_WEBHOOK_SECRET: SECRET, SMPP_WEBHOOK_PRIVATE: "true" } });
      const send = async (message) => (await gateway.call("POST", "/v1/messages", message)).body.id;
      const good = await send({ from: "12345", to: "+1234567890", text: "x", report: "always" });
      const refused = await send({ from: "12345", to: "+12349990006", text: "x" });
      await until("a link", () => simulator.messages().length >= 1);
      await simulator.deliver({ from: "+1234567890", to: "12345", text: "Grüße" });
      for (const line of [`${good}: delivered`, "+1234567890: Grüße", `${refused}: failed, `]) await until(line, () => output.includes(line));

      // What the gateway sent, and what somebody makes of it who has seen it.
      const { headers, body } = relayed.requests.find((request) => request.body.includes("Grüße"));
      const [id, now, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((header) => headers[header]);
      const signed = (timestamp, key = SECRET) => ({ ...headers, "webhook-timestamp": timestamp, "webhook-signature": sign(id, timestamp, body, key) });
      const before = lines().length;
      for (const [what, given, text = body] of [
        ["no headers", {}],
        ["no signature", { ...headers, "webhook-signature": "" }],
        ["a signature of another secret", signed(now, `whsec_${Buffer.from("another secret of the same kind").toString("base64")}`)],
        ["a signature by an empty secret", signed(now, "whsec_")],
        ["a short signature", { ...headers, "webhook-signature": "v1,AAAA" }],
        ["no base64", { ...headers, "webhook-signature": "v1,\u00fc" }],
        ["a changed body", headers, body.replace("Grüße", "Grüsse")],
        ["another id", { ...headers, "webhook-id": `${id}1` }],
        ["a newer timestamp", { ...headers, "webhook-timestamp": String(Number(now) + 1) }],
        ["a replay after ten minutes", signed(String(Number(now) - 600))],
        ["a timestamp in ten minutes", signed(String(Number(now) + 600))],
        ["a timestamp that is no number", signed("yesterday")],
      ]) assert.equal(await post(given, text), 401, what);
      assert.equal(await post(headers, body), 204, "the same event again");
      assert.equal(await post({ ...headers, "webhook-signature": `v1,AAAA ${signature}` }, body), 204, "one of two signatures is right, as while a secret changes");
      const fresh = randomUUID();
      assert.equal(await post({ ...headers, "webhook-id": fresh, "webhook-signature": sign(fresh, now, body, SECRET) }, body), 204, "it still takes events");
      await until("the last event", () => lines().length > before);
      assert.equal(lines().length, before + 1, output);
    });
  }

  for (const [name, program, args, skip] of receivers) {
    test(`${name} takes nothing without its secret, by which anyone could sign`, { skip }, async (t) => {
      const port = await freePort();
      const receiver = spawn(program, args(port), { stdio: "ignore", env: { ...process.env, NODE_TEST_CONTEXT: undefined, PORT: String(port), SMPP_WEBHOOK_SECRET: undefined } });
      t.after(() => receiver.kill());
      const now = String(Math.floor(Date.now() / 1_000));
      const post = () => fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}", headers: { "webhook-id": "1", "webhook-timestamp": now, "webhook-signature": sign("1", now, "{}", "") } });
      // It does not start, or says so.
      const status = await until("its end or a response", () => (receiver.exitCode ?? undefined) !== undefined || post().then((response) => response.status, () => undefined));
      assert(status === true ? receiver.exitCode !== 0 : status === 500, String(status));
    });
  }
});
