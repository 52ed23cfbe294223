// The examples, as a reader would run them: against the simulator, in the runtimes they are for.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { connect as connectSmpp } from "smpp-edge";
import { createSimulator } from "smpp-edge/server";
import { at, bun, deno, execute, node24, start, stop } from "../../../scripts/lib.mjs";
import { selfSigned } from "../client/certificate.ts";
import { freePort, listening, startGateway, temporary, until } from "../gateway/support.mjs";

const example = (name) => at("examples", name);

async function startSimulator(t, options) {
  const simulator = await createSimulator({ port: 0, delay: 50, ...options });
  t.after(() => simulator.close());
  return simulator;
}

for (const [name, command, args] of [
  ["Node", node24(), []],
  ["Deno", deno(), ["run", "--allow-all", "--no-lock"]],
  ["Bun", bun(), []],
]) {
  test(`examples/node.mjs on ${name} sends a message and waits for its report`, { skip: !command && `there is no ${name} for this platform on npm` }, async (t) => {
    const simulator = await startSimulator(t);
    const environment = { ...process.env, SMPP_URL: simulator.url, DENO_NO_UPDATE_CHECK: "1" };
    const { code, output } = await execute(command, [...args, example("node.mjs")], { timeout: 60_000, env: environment });
    assert.match(output, /^accepted as \S+\ndelivered at \d{4}-\d\d-\d\dT\S+Z\n$/);
    assert.equal(code, 0);
    const submitted = simulator.messages().map(({ from, to, text }) => [from.addr, to.addr, text]);
    assert.deepEqual(submitted, [["12345", "1234567890", "Hello World"]]);
  });
}

test("examples/worker sends by RPC and is told of the report and of an inbound message", async (t) => {
  const simulator = await startSimulator(t);
  const worker = await startGateway(t, { config: example("worker/wrangler.toml"), vars: { SMPP_URL: simulator.url } });
  assert.equal((await worker.call("GET", "/")).status, 400);
  const { status, body } = await worker.call("GET", "/?to=%2B1234567890");
  assert.equal(status, 202);
  await until("the report", () => worker.output().includes(`message ${body.id} is delivered`));
  await simulator.deliver({ from: "+4915112345", to: "12345", text: "Grüße" });
  await until("the message", () => worker.output().includes("4915112345 writes: Grüße"));
});

test("examples/hono sends from a route of its own, receives, and serves the gateway's API beside it", async (t) => {
  const simulator = await startSimulator(t);
  const worker = await startGateway(t, { config: example("hono/wrangler.toml"), vars: { SMPP_URL: simulator.url } });
  const { status, body } = await worker.call("POST", "/orders", { phone: "+1234567890" });
  assert.equal(status, 202);
  const { text } = await until("the message", async () => {
    const { body: message } = await worker.call("GET", `/sms/v1/messages/${body.message}`);
    return message.status === "delivered" && message;
  });
  assert.equal(text, "Thank you for your order.");
  assert.deepEqual(simulator.messages().map(({ from, to }) => [from.addr, to.addr]), [["Shop", "1234567890"]]);

  const wrong = await worker.call("POST", "/orders", { phone: "hello" });
  assert.equal(wrong.status, 422);
  assert.match(wrong.body.errors[0].message, /"hello" is not a phone number/);

  await simulator.deliver({ from: "+4915112345", to: "12345", text: "Grüße" });
  await until("its handlers' lines", () => worker.output().includes(`message ${body.message} is delivered`) && worker.output().includes("4915112345 writes: Grüße"));
});

test("examples/queue sends what a queue brings, and gets the events by another", async (t) => {
  const simulator = await startSimulator(t);
  const worker = await startGateway(t, { config: example("queue/wrangler.toml"), vars: { SMPP_URL: simulator.url } });
  assert.equal((await worker.call("POST", "/", { from: "12345", to: "+1234567890", text: "Hello World" })).status, 202);
  await until("the report", () => /^message\.report: .*"status":"delivered"/m.test(worker.output()));
  assert.deepEqual(simulator.messages().map(({ to, text }) => [to.addr, text]), [["1234567890", "Hello World"]]);

  // One that can't be sent, between three that can: they are sent once, and only it comes again.
  for (const to of ["+491511", "nobody at all", "+491512", "+491513"]) await worker.call("POST", "/", { from: "12345", to, text: "Hi" });
  await until("its second retry", () => /, attempt 3: to: /.test(worker.output()), 60_000);
  assert.deepEqual(simulator.messages().filter(({ text }) => text === "Hi").map(({ to }) => to.addr).sort(), ["491511", "491512", "491513"]);
});

/** Runs an example on Node, and gives what it wrote. */
async function run(name, env, ...flags) {
  const { code, output } = await execute(node24(), [...flags, example(name)], { timeout: 60_000, env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env } });
  assert.equal(code, 0, output);
  return output;
}

test("examples/many.mjs sends a thousand", async (t) => {
  const simulator = await startSimulator(t);
  assert.equal(await run("many.mjs", { SMPP_URL: simulator.url }), "1000 accepted, 0 failed\n");
  assert.equal(simulator.messages().length, 1_000);
});

test("examples/two-factor.mjs learns which code arrives", async (t) => {
  const simulator = await startSimulator(t);
  assert.equal(await run("two-factor.mjs", { SMPP_URL: simulator.url }), "+1234567890: enter the code\n+12349990030: shall we call you?\n");
  assert.match(simulator.messages()[0].text, /^Your code is \d{6}\.$/);
});

test("examples/lazy.mjs sends once the SMSC is there", async (t) => {
  const { createSimulator } = await import("smpp-edge/server");
  const earlier = await createSimulator({ port: 0 });
  await earlier.close();
  const running = run("lazy.mjs", { SMPP_URL: earlier.url });
  const simulator = await createSimulator({ port: Number(new URL(earlier.url).port) });
  t.after(() => simulator.close());
  assert.match(await running, /^accepted as \S+\n$/);
});

test("examples/late.mjs waits for the answer that comes late", async (t) => {
  const simulator = await startSimulator(t, { late: 3_000 });
  assert.match(await run("late.mjs", { SMPP_URL: simulator.url }), /^accepted, \S+\n$/);
});

test("examples/errors.mjs tells what became of each", async (t) => {
  const simulator = await startSimulator(t);
  assert.equal(await run("errors.mjs", { SMPP_URL: simulator.url }), "+1234567890: accepted\n+12349990006: rejected, ESME_RINVDSTADR\n");
});

test("examples/reports.mjs takes the report of each", async (t) => {
  const simulator = await startSimulator(t);
  assert.deepEqual((await run("reports.mjs", { SMPP_URL: simulator.url })).trim().split("\n").sort(), ["1234567890: delivered", "12349990030: undeliverable"]);
});

test("examples/segments.mjs stores the segments of a long message and joins them", async (t) => {
  const simulator = await startSimulator(t);
  const text = "a long message from a subscriber ".repeat(12);
  const [output] = await Promise.all([run("segments.mjs", { SMPP_URL: simulator.url }), simulator.deliver({ from: "447700900123", to: "12345", text })]);
  assert.equal(output, `447700900123: ${text}\n`);
});

test("examples/texts.mjs counts, and sends what it counted", async (t) => {
  const simulator = await startSimulator(t);
  assert.equal(await run("texts.mjs", { SMPP_URL: simulator.url }), [
    "gsm7, segments: 1, characters left: 149", "gsm7, segments: 1, characters left: 149", "ucs2, segments: 1, characters left: 64", "gsm7, segments: 2, characters left: 56",
    "Привет", "gsm7-turkish", "gsm7", "accepted", "",
  ].join("\n"));
  assert.deepEqual(simulator.messages().map(({ text }) => text).slice(0, 2), ["Şişli'de görüşürüz, ığdır", '"Quotes" - and dashes...']);
});

test("examples/tls.mjs shows its certificate and trusts the authority that it names", async (t) => {
  const [smsc, client] = [selfSigned("smsc.example"), selfSigned("client.example")];
  const simulator = await startSimulator(t, { tls: { ...smsc, ca: client.cert, requestCert: true, rejectUnauthorized: true } });
  const directory = temporary(t);
  const file = (name, content) => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  const environment = { SMPP_URL: simulator.url, SMPP_CA: file("ca.pem", smsc.cert), SMPP_CERT: file("client.pem", client.cert), SMPP_KEY: file("client.key", client.key), SMPP_SERVERNAME: "smsc.example" };
  assert.match(await run("tls.mjs", environment), /^bound to \S+\n$/);
});

test("examples/tunnel.mjs goes through a proxy", async (t) => {
  const simulator = await startSimulator(t);
  const asked = [];
  const proxy = createServer().on("connect", ({ url }, near) => {
    asked.push(url);
    const far = connect(simulator.port, "127.0.0.1", () => near.write("HTTP/1.1 200 OK\r\n\r\n"));
    near.pipe(far).pipe(near);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.after(() => proxy.close());
  const url = simulator.url.replace("127.0.0.1", "smsc.example");
  assert.match(await run("tunnel.mjs", { SMPP_URL: url, PROXY_URL: `http://127.0.0.1:${proxy.address().port}` }), /^accepted as \S+\n$/);
  assert.deepEqual(asked, [`smsc.example:${simulator.port}`]);
});

test("examples/browser.mjs decodes and counts", async () => {
  assert.equal(await run("browser.mjs", {}), "gsm7, 1 segment, room for 149 more\nenquire_link number 1\n");
});

for (const name of ["test.mjs", "vendor-tlv.mjs"]) {
  test(`examples/${name} passes`, async () => {
    assert.match(await run(name, {}, "--test", "--test-reporter=tap"), /^# pass 1$/m);
  });
}

test("examples/migrate: before and after do the same", async (t) => {
  const simulator = await startSimulator(t);
  const before = await run("migrate/before.mjs", { SMPP_URL: `smpp://127.0.0.1:${simulator.port}` });
  const after = await run("migrate/after.mjs", { SMPP_URL: simulator.url });
  const told = (output) => output.replace(/as \d+/, "as …").toLowerCase().replace("delivrd", "delivered");
  assert.match(told(after), /^accepted as …\ndelivered\n$/);
  assert.equal(told(before), told(after));
  assert.match(await run("migrate/request.mjs", { SMPP_URL: simulator.url }), /^data_sm_resp ESME_ROK \S+\n$/);
  const sent = simulator.messages().map(({ from, to, text }) => [from.addr, to, text]);
  assert.equal(sent.length, 3);
  for (const each of sent) assert.deepEqual(each, sent[0]);
});

test("examples/server.mjs takes a long message whole, and reports on each segment", async (t) => {
  const port = await freePort();
  const server = start(node24(), [example("server.mjs")], { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, PORT: String(port) } });
  t.after(() => stop(server));
  let output = "";
  server.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  await until("the server", () => output.includes(`listening on ${port}`));
  await using smpp = await connectSmpp(`smpp://shop:password@127.0.0.1:${port}`);
  const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "x".repeat(200), report: "always" });
  assert.equal((await sent.delivered({ timeout: 30_000 })).status, "delivered");
  assert.match(output, /^shop sends x{200} to 1234567890, in 2 segments$/m);
});

test("examples/smsc is an SMPP server in a Worker, and says why it refuses", async (t) => {
  const port = await freePort();
  const config = join(temporary(t), "wrangler.json");
  const given = JSON.parse(readFileSync(example("smsc/wrangler.jsonc"), "utf8").replace(/^\s*\/\/.*$/gm, ""));
  writeFileSync(config, JSON.stringify({ ...given, main: example("smsc/worker.ts"), connect: [{ ...given.connect[0], port }] }));
  const worker = await startGateway(t, { config });
  await listening(port);
  const url = `smpp://shop:password@127.0.0.1:${port}`;
  await using smpp = await connectSmpp(url);
  const sent = await smpp.sendSms({ from: "12345", to: "+1234567890", text: "Hello World", report: "always" });
  assert.equal((await sent.delivered({ timeout: 30_000 })).status, "delivered");
  await until("the line in its log", () => worker.output().includes("Hello World to 1234567890"));
  await assert.rejects(connectSmpp(url.replace("password", "guess")), /unknown to us, from 127\.0\.0\.1/);
});
