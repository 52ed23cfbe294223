// A page imports the built decoder, with nothing between it and the files but a web server.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { chromium, type Browser, type Page } from "playwright-core";

const dist = join(import.meta.dirname, "..", "..", "..", "dist");
const types: Record<string, string> = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
let server: Server;
let browser: Browser;
let page: Page;

before(async () => {
  server = createServer(({ url = "/" }, response) => {
    const path = normalize(url);
    response.setHeader("content-type", types[extname(path)] ?? "text/html");
    try {
      response.end(path === "/" ? "<!doctype html><title>test</title>" : readFileSync(join(dist, path)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((fulfil) => server.listen(0, "127.0.0.1", fulfil));
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM!, args: ["--no-sandbox"] });
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** Runs the body of an async function in the page, with the decoder's entry as `decoder`. */
const inPage = (body: string): Promise<unknown> => page.evaluate(`import("/browser/decoder.js").then(async (decoder) => { ${body} })`);

test("before init() has resolved, each use says what to do", async () => {
  const message = await inPage('try { decoder.decodePdus("00"); } catch (error) { return error.message; }');
  assert.match(String(message), /`await init\(\)` first/);
});

test("after init(), PDUs are decoded", async () => {
  const command = await inPage('await decoder.init(); return decoder.decodePdus("00000010000000150000000000000001").pdus[0].command;');
  assert.equal(command, "enquire_link");
});

test("init() may be called again and at the same time", async () => {
  assert.equal(await inPage("await Promise.all([decoder.init(), decoder.init()]); return true;"), true);
});

test("segments are counted, with the alphabet that the text needs", async () => {
  const { encoding, segments } = (await inPage('const { encoding, segments } = decoder.countSegments("привет"); return { encoding, segments };')) as { encoding: string; segments: number };
  assert.deepEqual({ encoding, segments }, { encoding: "ucs2", segments: 1 });
});

test("the client's entry loads, and says that a browser has no sockets", async () => {
  const error = await page.evaluate('import("/browser/index.js").then(({ connect }) => connect("smpp://id:password@localhost")).catch((error) => ({ name: error.name, message: error.message }))');
  assert.match(JSON.stringify(error), /socket/);
});
