// The built page on a server of its own, under a sub-path, and pages of a browser that looks at it.

import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

export const folder = join(import.meta.dirname, "..", "..", "..", "dist", "decoder-page");
const types: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm" };

export interface Site {
  url: string;
  /** Paths that were asked for. */
  requests: string[];
  browser: Browser;
  /** Opens the page. What it writes to the console as an error, and any request elsewhere, is in `complaints`. */
  open(options?: BrowserContextOptions & { fragment?: string }): Promise<Page & { complaints: string[] }>;
  close(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  const requests: string[] = [];
  const server = createServer(({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://page");
    requests.push(pathname);
    const path = pathname.replace(/^\/tools\/smpp\//, "").replace(/^$/, "index.html");
    try {
      const body = readFileSync(join(folder, path));
      response.setHeader("content-type", types[extname(path)] ?? "text/plain");
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((fulfil) => server.listen(0, "127.0.0.1", fulfil));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `${origin}/tools/smpp/`;
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM!, args: ["--no-sandbox"] }).catch((error: unknown) => {
    server.close();
    throw error;
  });
  return {
    url,
    requests,
    browser,
    async open({ fragment = "", ...options } = {}) {
      const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
      const page = Object.assign(await context.newPage(), { complaints: [] as string[] });
      page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
      page.on("pageerror", (error) => page.complaints.push(error.message));
      page.on("request", (request) => request.url().startsWith(url) || page.complaints.push(`asks for ${request.url()}`));
      await page.goto(url + fragment);
      return page;
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Pastes text into the box. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.locator("#input").fill(text);
}

/** Opens a file of these octets. */
export async function openFile(page: Page, name: string, octets: Uint8Array): Promise<void> {
  await page.locator("#file").setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(octets) });
}

/** The row of the tree with this field's name. */
export function field(page: Page, name: string) {
  return page.locator("#tree [role=treeitem]").filter({ has: page.locator(`.name:text-is("${name}")`) });
}
