// The console in a browser, served by the gateway in workerd, with an SMSC of the npm package `smpp` behind it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { Smsc, startGateway, until } from "../gateway/support.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const keys = { shop: "shop-key-0123456789", reader: { key: "reader-key-0123456789", scopes: ["read"] } };
let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
});
after(() => browser?.close());

/** A gateway, and the console of it in a tab that refuses whatever is not allowed to it. */
async function open(t, { vars = {}, ...options } = {}) {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, ...vars } });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.faults = [];
  page.elsewhere = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => /Content.Security.Policy|Refused to/i.test(message.text()) && page.faults.push(message.text()));
  page.on("request", (request) => request.url().startsWith(gateway.url.replace(/\/$/, "")) || page.elsewhere.push(request.url()));
  await page.goto(gateway.url);
  return { smsc, gateway, page };
}

const live = (page) => page.locator('#live[data-state="live"]').waitFor();
const row = (page, text) => page.locator("#messages details", { hasText: text });

async function send(page, { to = "+491701234567", text }) {
  await page.getByLabel("To", { exact: true }).fill(to);
  await page.getByLabel("Text", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

/** What axe finds, as one line each. */
async function findings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

const widths = (page) => page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);

test("a message goes from the form to delivered", async (t) => {
  const { page, smsc } = await open(t);
  await live(page);

  await t.test("its states follow each other without a reload", async () => {
    smsc.answer = () => ({ after: 300 });
    await send(page, { text: "From the console" });
    await page.getByText("Stored in 1 segment").waitFor();
    await row(page, "From the console").locator('[data-state="delivered"]').waitFor();
    assert.deepEqual(smsc.texts(), ["From the console"]);
    assert.equal(smsc.submitted[0].destination_addr, "491701234567");
  });

  await t.test("its history is a click or a key away", async () => {
    const message = row(page, "From the console");
    await message.locator("summary").press("Enter");
    await message.locator(".steps li").nth(3).waitFor();
    const steps = await message.locator(".steps .chip").allTextContents();
    assert.deepEqual(steps, ["queued", "sent", "accepted", "delivered"]);
    assert.match(await message.locator(".facts").textContent(), /SMSC's idnpm-1/);
  });

  await t.test("the end of a message sent here is announced", async () => {
    await until("the announcement", async () => (await page.locator("#announced").textContent()) === "Message to +491701234567: delivered");
  });

  await t.test("a refusal shows the SMSC's status", async () => {
    smsc.answer = () => ({ status: 0x0b });
    await send(page, { text: "Refused" });
    await row(page, "Refused").locator('.chip[data-state="failed"]').waitFor();
    await row(page, "Refused").locator("summary").click();
    await page.getByText("ESME_RINVDSTADR").first().waitFor();
    smsc.answer = () => ({});
  });

  await t.test("what the form can't send is said beside it", async () => {
    await send(page, { to: "+", text: "x" });
    await page.locator("#said.fault", { hasText: "to:" }).waitFor();
  });

  await t.test("an inbound message appears", async () => {
    await smsc.deliver({ source_addr: "4915112345", source_addr_ton: 1, destination_addr: "12345", short_message: "Good day <b>to you</b>" });
    const item = page.locator("#inbound li", { hasText: "Good day" });
    await item.waitFor();
    assert.match(await item.textContent(), /\+4915112345 → 12345Good day <b>to you<\/b>/);
  });

  await t.test("the link's state is shown, also when it is lost", async () => {
    const chip = page.locator('#links [data-part="state"]');
    assert.equal(await chip.textContent(), "bound");
    assert.match(await page.locator("#links").textContent(), /smppclient1 at 127\.0\.0\.1:\d+/);
    assert.match(await page.locator("#links").textContent(), /0 of 10/);
    smsc.drop();
    await page.locator('#links [data-state="waiting"]').waitFor();
    await page.locator('#links [data-state="bound"]').waitFor();
  });

  await t.test("a reload shows all of it again", async () => {
    await page.reload();
    await row(page, "From the console").locator('[data-state="delivered"]').waitFor();
    await page.locator("#inbound li", { hasText: "Good day" }).waitFor();
  });

  await t.test("nothing came from elsewhere, and nothing broke the policy", () => {
    assert.deepEqual([page.faults, page.elsewhere], [[], []]);
  });
});

test("an answer that comes late takes no message back", async (t) => {
  const { page, smsc } = await open(t);
  await live(page);
  smsc.report = "";
  const late = Promise.withResolvers();
  const answers = [];
  await page.route(/\/v1\/messages\/[^/]+$/, async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const response = await route.fetch();
    answers.push((await response.json()).status);
    if (answers.length === 1) await late.promise;
    await route.fulfill({ response });
  });
  const message = row(page, "Out of turn");
  const shown = async () => [await message.locator("summary .chip").textContent(), await page.locator("#announced").textContent()];

  await send(page, { text: "Out of turn" });
  await until("the first request for it", () => answers.length === 1 && smsc.submitted.length === 1);
  const { destination_addr, source_addr } = smsc.submitted[0];
  await smsc.deliverReport("npm-1", "DELIVRD", destination_addr, source_addr);
  await message.waitFor();
  assert.deepEqual(await shown(), ["delivered", "Message to +491701234567: delivered"]);

  const answered = page.waitForEvent("requestfinished", (request) => /\/v1\/messages\/[^/]+$/.test(request.url()));
  late.resolve();
  await answered;
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
  assert.notEqual(answers[0], "delivered");
  assert.deepEqual(await shown(), ["delivered", "Message to +491701234567: delivered"]);
});

test("the text is counted while it is typed", async (t) => {
  const { page } = await open(t);
  const counter = page.locator("#counter");
  const text = page.getByLabel("Text", { exact: true });
  const shows = (pattern) => until(`the count ${pattern}`, async () => pattern.test(await counter.textContent()));
  await text.fill("x".repeat(160));
  await shows(/GSM 7-bit · 160 units · 1 segment · 0 left/);
  await text.fill("x".repeat(161));
  await shows(/161 units · 2 segments · 145 left/);
  assert.equal(await page.locator("#segments span").count(), 2);
  await text.fill("Привет");
  await shows(/UCS-2 · 6 units · 1 segment · 64 left/);
  await page.getByLabel("Encoding").selectOption("gsm7");
  await page.locator("#unencodable", { hasText: "“П”" }).waitFor();
  assert.equal(await text.getAttribute("aria-invalid"), "true");
});

test("PDUs are shown as they pass, and each opens in the decoder", async (t) => {
  const { page, smsc } = await open(t);
  await live(page);
  await send(page, { text: "Look inside" });
  const submit = page.locator("#pdus a", { hasText: "submit_sm" }).filter({ hasNotText: "resp" });
  await submit.waitFor();
  const octetsOf = (href) => Buffer.from(/^decoder\/#pdu=([\w-]+)$/.exec(href)[1], "base64url");
  const octets = octetsOf(await submit.getAttribute("href"));
  assert.match(octets.toString("latin1"), /Look inside/);
  assert.equal(octets.readUInt32BE(0), octets.length);
  await t.test("which shows what is in it, and breaks no policy", async () => {
    const faults = [];
    const decoder = await page.context().newPage();
    decoder.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    decoder.on("pageerror", (error) => faults.push(String(error)));
    await decoder.goto(new URL(await submit.getAttribute("href"), page.url()).href);
    await decoder.getByText("Look inside").first().waitFor();
    assert.deepEqual(faults, []);
    await decoder.close();
  });

  const commands = () => page.locator("#pdus .command").allTextContents();
  await until("both ways", async () => ["deliver_sm_resp", "deliver_sm", "submit_sm_resp", "submit_sm", "bind_transceiver_resp", "bind_transceiver"].every((name, _, all) => commands().then((shown) => all.every((one) => shown.includes(one)) && name)));

  await t.test("the password of a bind is not among them", async () => {
    const hrefs = await page.locator("#pdus a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    const texts = hrefs.map((href) => octetsOf(href).toString("latin1"));
    assert.ok(texts.some((text) => text.includes("smppclient1\0********\0")));
    assert.ok(texts.every((text) => !text.includes("password")));
  });

  await t.test("a pause keeps them still", async () => {
    await page.getByRole("button", { name: "Pause" }).click();
    const before = await page.locator("#pdus li").count();
    await smsc.deliver({ source_addr: "1", destination_addr: "2", short_message: "paused" });
    await page.locator("#inbound li", { hasText: "paused" }).waitFor();
    assert.equal(await page.locator("#pdus li").count(), before);
    await page.getByRole("button", { name: "Pause" }).click();
    await until("the rest", async () => await page.locator("#pdus li").count() > before);
  });
});

test("with API keys", async (t) => {
  const { page, gateway, smsc } = await open(t, { vars: { SMPP_API_KEYS: JSON.stringify(keys) } });
  const field = page.getByLabel("API key");

  await t.test("the page asks for one", async () => {
    await page.getByText("This gateway asks for an API key.").waitFor();
    assert.equal(await field.evaluate((element) => element === document.activeElement), true);
  });

  await t.test("a wrong one is said to be wrong", async () => {
    await field.fill("wrong-key-0123456789");
    await field.press("Enter");
    await page.getByText("The gateway does not know this key.").waitFor();
    assert.equal(await field.getAttribute("aria-invalid"), "true");
  });

  await t.test("the right one opens it, for this tab and in no address", async () => {
    await field.fill(keys.shop);
    await field.press("Enter");
    await live(page);
    await send(page, { text: "With a key" });
    await row(page, "With a key").locator('[data-state="delivered"]').waitFor();
    await page.reload();
    await live(page);
    await row(page, "With a key").waitFor();
    assert.doesNotMatch(page.url(), /key/);
    assert.deepEqual([await page.evaluate(() => localStorage.length), await page.evaluate(() => document.cookie)], [0, ""]);
  });

  await t.test("one that may only read sees no PDUs and can't send", async () => {
    await field.fill(keys.reader.key);
    await field.press("Enter");
    await page.getByText("To see PDUs the key needs the scope “admin”.").waitFor();
    await row(page, "With a key").waitFor();
    await send(page, { text: "Not allowed" });
    await page.locator("#said.fault", { hasText: "scope" }).waitFor();
    assert.deepEqual(smsc.texts(), ["With a key"]);
  });

  await t.test("the gateway's end is seen", async () => {
    await gateway.kill();
    await page.locator('#live[data-state="lost"]').waitFor();
  });
});

for (const [what, options] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["a phone", { viewport: { width: 390, height: 844 }, colorScheme: "light" }],
  ["a phone, dark", { viewport: { width: 320, height: 640 }, colorScheme: "dark" }],
]) {
  test(`for everyone: ${what}`, async (t) => {
    const { page, smsc } = await open(t, options);
    await live(page);
    smsc.answer = (pdu) => (pdu.short_message.message.toString().includes("no") ? { status: 0x0b } : {});
    await send(page, { text: "A message that is somewhat long, so that it has to be cut off on a narrow screen ".repeat(2) });
    await send(page, { text: "no" });
    await row(page, "no").first().locator('[data-state="failed"]').waitFor();
    await row(page, "somewhat long").locator('[data-state="delivered"]').waitFor();
    await smsc.deliver({ source_addr: "4915112345", destination_addr: "12345", short_message: "x".repeat(150) });
    await page.locator("#inbound li").waitFor();
    await row(page, "somewhat long").locator("summary").click();
    await page.locator(".facts").waitFor();
    await page.locator("#pdus li").nth(5).waitFor();
    assert.deepEqual(await findings(page), []);
    const [content, window] = await widths(page);
    assert.ok(content <= window, `${content} wide in ${window}`);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${what.replaceAll(/\W+/g, "-")}.png`, fullPage: options.viewport !== undefined });
  });
}
