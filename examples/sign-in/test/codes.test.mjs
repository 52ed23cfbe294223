// The Worker under wrangler, with a simulated SMSC in place of phones.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createSimulator } from "smpp-edge/server";
import { unstable_startWorker as startWorker } from "wrangler";

let simulator, worker;
before(async () => {
  simulator = await createSimulator({ port: 0, delay: 50 });
  worker = await startWorker({
    config: "wrangler.jsonc",
    bindings: { SMPP_URL: { type: "plain_text", value: simulator.url }, CODE_KEY: { type: "plain_text", value: "key of the test" } },
    dev: { logLevel: "error", persist: false, server: { port: 0 }, inspector: false },
  });
});
after(async () => {
  await worker?.dispose();
  await simulator?.close();
});

/** Sends a request from this IP address. */
async function post(path, body, address = "192.0.2.1") {
  const response = await fetch(new URL(path, await worker.url), { method: "POST", headers: { "cf-connecting-ip": address }, body: JSON.stringify(body) });
  return { status: response.status, ...(await response.json()) };
}

async function until(probe) {
  for (;;) {
    const found = await probe();
    if (found) return found;
    await sleep(50);
  }
}

/** The text that this number received. */
const textTo = (phone) => until(() => simulator.messages().find(({ to }) => to.addr === phone.slice(1))?.text);
const another = (code) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

test("the code of the message signs in, once", async () => {
  const phone = "+12025550101";
  assert.equal((await post("/codes", { phone })).status, 202);
  const [text, code] = /^(\d{6}) is your code for example\.com\.\n\n@example\.com #\1$/.exec(await textTo(phone));
  assert.ok(text.length <= 160);
  assert.deepEqual(await post("/codes/verify", { phone, code: another(code) }), { status: 403, error: "That is not the code.", attempts: 4 });
  assert.deepEqual(await post("/codes/verify", { phone, code }), { status: 200, verified: true });
  assert.equal((await post("/codes/verify", { phone, code })).status, 403);
});

test("after five wrong codes the right one is refused too", async () => {
  const phone = "+12025550102";
  await post("/codes", { phone });
  const code = (await textTo(phone)).slice(0, 6);
  const guesses = await Promise.all(Array.from({ length: 5 }, () => post("/codes/verify", { phone, code: another(code) })));
  assert.deepEqual(guesses.map(({ attempts }) => attempts).sort(), [0, 1, 2, 3, 4]);
  assert.deepEqual(await post("/codes/verify", { phone, code }), { status: 403, error: "Ask for a new code.", attempts: 0 });
});

test("a second code has to wait", async () => {
  const phone = "+12025550103";
  await post("/codes", { phone });
  assert.match((await post("/codes", { phone })).error, /^Wait \d+ seconds/);
});

test("limits hold by address, by prefix and by country", async () => {
  const ask = (phone, address) => post("/codes", { phone, address }, address).then(({ status }) => status);
  const statuses = [];
  for (let i = 0; i < 11; i++) statuses.push(await ask(`+1303555${1000 + i}`, `2001:db8:1:2::${i}`));
  assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 202), 429]);
  const pumped = [];
  for (let i = 0; i < 31; i++) pumped.push(await ask(`+1404555${1000 + i}`, `198.51.100.${i}`));
  assert.deepEqual([pumped.filter((status) => status === 202).length, pumped.at(-1)], [30, 429]);
  assert.equal(await ask("+99890123456", "203.0.113.1"), 422);
  assert.equal(await ask("hello", "203.0.113.1"), 422);
});

test("the page learns that a code is delivered, or will not be", async () => {
  const statusOf = (id) => until(async () => {
    const { status } = await (await fetch(new URL(`/codes/${id}`, await worker.url))).json();
    return status !== "under way" && status;
  });
  assert.equal(await statusOf((await post("/codes", { phone: "+15055550101" })).id), "delivered");
  assert.equal(await statusOf((await post("/codes", { phone: "+12349990030" })).id), "undelivered"); // the simulator fails numbers that end in 9990030
  assert.equal((await fetch(new URL("/codes/unknown", await worker.url))).status, 404);
  assert.match(await (await fetch(await worker.url)).text(), /<title>Sign in/);
});
