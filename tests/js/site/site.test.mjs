// `npm run docs`: the site is built, its links lead somewhere, and it can be read on each screen, in light and dark.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, relative, sep } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { buildSite, installGenerator } from "../../../scripts/docs.mjs";
import { at, files } from "../../../scripts/lib.mjs";

/** Why the generator is not there. */
const skip = await installGenerator().then(() => false, (error) => {
  if (!/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(error.message)) throw error;
  return "the generator can't be installed: npm's registry is not reached";
});

const dist = at("site", "dist");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png", ".wasm": "application/wasm", ".woff2": "font/woff2" };

/** The file that static hosts serve for a path. */
function fileFor(path) {
  const plain = join(dist, decodeURIComponent(path));
  return [plain, `${plain}.html`, join(plain, "index.html")].find((file) => extname(file) !== "" && existsSync(file));
}

let server, browser, origin;
before(async () => {
  if (skip) return;
  await buildSite();
  server = createServer(({ url }, response) => {
    const file = fileFor(new URL(url, "http://site").pathname);
    if (file === undefined) return response.writeHead(404).end(readFileSync(join(dist, "404.html")));
    response.writeHead(200, { "content-type": types[extname(file)] ?? "text/plain" }).end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
});
after(async () => {
  await browser?.close();
  server?.close();
});

/** Opens a page. What the browser complains of is in `complaints`. */
async function open(path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => request.url().startsWith(origin) || request.url().startsWith("data:") || complaints.push(`asks for ${request.url()}`));
  await page.goto(origin + path);
  // Its name is set once the page's program runs.
  await page.locator(".VPSwitchAppearance:not([title=''])").first().waitFor({ state: "attached" });
  return { page, complaints, close: () => context.close() };
}

describe("the site", { skip }, () => {
  test("has each page of docs/, the reference of each entry, rustdoc and the decoder", () => {
    const pages = files("docs").filter((path) => path.endsWith(".md") && !path.endsWith("README.md")).map((path) => relative(at("docs"), path).replace(/\.md$/, ""));
    for (const path of [...pages, "api/client", "api/decoder", "api/server", "api/simulator/testing", "api/gateway", "api/gateway/applications", "api/flags", "rustdoc/smpp_edge", "rustdoc/smpp_edge_tokio", "decoder", "alerts.yml"]) assert(fileFor(`/${path}`), path);
  });

  test("has each setting with its default, and each flag", () => {
    const text = (path) => readFileSync(fileFor(`/${path}`), "utf8").replace(/<[^>]*>/g, "");
    for (const words of ["1 to 1,000. Default 10.", "Milliseconds that an answer may take"]) assert(text("api/client").includes(words), words);
    for (const flag of ["--max-segments", "--tls-cert", "--control-port", "--resume"]) assert(text("api/flags").includes(flag), flag);
  });

  test("has no link into the void", () => {
    const own = files("site/dist").filter((path) => path.endsWith(".html") && !/[/\\]dist[/\\](?:rustdoc|decoder|404)/.test(path));
    const texts = new Map();
    const read = (file) => texts.get(file) ?? texts.set(file, readFileSync(file, "utf8")).get(file);
    const broken = [];
    for (const file of own) {
      const page = `/${relative(dist, file).split(sep).join("/").replace(/(^|\/)index\.html$|\.html$/, "$1")}`;
      for (const [, target] of read(file).matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)) {
        const url = new URL(target.replaceAll("&amp;", "&"), `http://site${page}`);
        if (url.host !== "site") continue;
        const found = fileFor(url.pathname);
        const anchor = decodeURIComponent(url.hash.slice(1));
        if (found === undefined) broken.push(`${page} → ${target}`);
        else if (anchor !== "" && anchor !== "VPContent" && !read(found).includes(`id="${anchor}"`)) broken.push(`${page} → ${target}: no such anchor`);
      }
    }
    assert(own.length > 20);
    assert.deepEqual([...new Set(broken)], []);
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const [path, width] of [["/", 1280], ["/quick-start", 1280], ["/options", 390], ["/api/decoder", 1280]]) {
      test(`axe finds nothing on ${path}, ${colorScheme}, ${width} px`, async () => {
        const { page, complaints, close } = await open(path, { colorScheme, viewport: { width, height: 800 } });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
        assert.deepEqual(violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)), []);
        assert.equal(await page.evaluate(() => document.documentElement.classList.contains("dark")), colorScheme === "dark");
        assert(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth), "it is wider than the screen");
        assert.deepEqual(complaints, []);
        if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${path.replaceAll("/", "_")}-${colorScheme}-${width}.png`) });
        await close();
      });
    }
  }

  test("finds what one looks for", async () => {
    const { page, complaints, close } = await open("/");
    await page.keyboard.press("Control+k");
    await page.locator(".VPLocalSearchBox input").fill("ESME_RTHROTTLED");
    await page.locator(".VPLocalSearchBox .result").first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname !== "/");
    assert.deepEqual(complaints, []);
    await close();
  });

  test("leads to the decoder and to rustdoc", async () => {
    const { page, close } = await open("/");
    await page.getByRole("link", { name: "Decoder", exact: true }).first().click();
    await page.getByRole("heading", { name: "SMPP decoder" }).waitFor();
    await page.locator("#input").fill("00000010000000150000000000000001");
    await page.locator("#result").waitFor();
    await page.goto(`${origin}/quick-start`);
    await page.getByRole("link", { name: "Rust crate" }).click();
    await page.getByRole("heading", { name: /smpp_edge/ }).first().waitFor();
    await close();
  });
});
