// A capture of 10 MB with 50,000 PDUs.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { encodePdu } from "smpp-edge/decoder";
import { conversation, pcap } from "../decoder/packets.ts";
import { startSite, type Site } from "./site.ts";

const REQUESTS = 25_000;
/** Octets of a segment: most PDUs begin in one and end in another's. */
const SEGMENT = 1_400;

let site: Site;
let directory: string;
let path: string;

/** Octets of one side, cut into segments. */
function segments(parts: Uint8Array[]): Uint8Array[] {
  const whole = Buffer.concat(parts);
  return Array.from({ length: Math.ceil(whole.length / SEGMENT) }, (_, i) => new Uint8Array(whole.subarray(i * SEGMENT, (i + 1) * SEGMENT)));
}

before(async () => {
  const text = new TextEncoder().encode("What a busy sender says to all the world, at length, so that there is something to read. ".repeat(3).slice(0, 255));
  const numbers = Array.from({ length: REQUESTS }, (_, i) => i + 1);
  const requests = numbers.map((sequence) => encodePdu({ command: "submit_sm", sequence, source_addr: "ACME", destination_addr: String(15_550_000_000 + sequence), short_message: text }));
  const responses = numbers.map((sequence) => encodePdu({ command: "submit_sm_resp", sequence, message_id: sequence.toString(16).padStart(32, "0") }));
  const ours = segments(requests).map((octets, i) => ({ direction: 0 as const, octets, time: 1_700_000_000_000 + i }));
  const theirs = segments(responses).map((octets, i) => ({ direction: 1 as const, octets, time: 1_700_000_000_005.5 + i * 8 }));
  const file = pcap(conversation([...ours, ...theirs].sort((a, b) => a.time - b.time)));
  assert.ok(file.length > 9_000_000, `${file.length}`);
  directory = mkdtempSync(join(tmpdir(), "smpp-edge-"));
  path = join(directory, "busy.pcap");
  writeFileSync(path, file);
  site = await startSite();
});

after(async () => {
  await site?.close();
  rmSync(directory, { recursive: true, force: true });
});

test("it opens with a progress bar, answers meanwhile, and scrolls with few rows in the document", async () => {
  const page = await site.open();
  // Notes what the progress bar shows, and whether the page did anything else in between.
  await page.evaluate(() => {
    const seen = { values: [] as number[], frames: 0 };
    Object.assign(globalThis, { seen });
    new MutationObserver(() => seen.values.push(document.querySelector("progress")!.value)).observe(document.querySelector("progress")!, { attributes: true });
    const frame = () => {
      if (!document.getElementById("working")!.hidden) seen.frames++;
      requestAnimationFrame(frame);
    };
    frame();
  });
  await page.locator("#file").setInputFiles(path);
  await page.locator("#working").waitFor({ state: "visible" });
  // A key works while it reads.
  await page.keyboard.press("t");
  assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), "light");
  await page.locator("#status", { hasText: "50,000 PDUs" }).waitFor({ timeout: 120_000 });
  assert.ok(await page.locator("#working").isHidden());

  const { values, frames } = await page.evaluate(() => (globalThis as unknown as { seen: { values: number[]; frames: number } }).seen);
  assert.ok(values.length > 5, `${values.length} steps of progress`);
  assert.ok(values.every((value, i) => i === 0 || value >= values[i - 1]!), "progress goes forward");
  assert.ok(frames > 5, `${frames} frames were drawn meanwhile`);

  const list = page.locator("#list");
  assert.equal(await list.locator("[role=option]").first().getAttribute("aria-setsize"), "50000");
  for (const part of [0.25, 0.5, 0.75, 1]) {
    await list.evaluate((element, part) => element.scrollTo(0, element.scrollHeight * part), part);
    const row = list.locator(`[aria-posinset="${Math.max(1, Math.floor(49_995 * part))}"]`);
    await row.waitFor();
    assert.ok((await list.locator("[role=option]").count()) < 80);
  }
  await list.focus();
  await page.keyboard.press("End");
  assert.equal(await page.locator("#pdu-title").textContent(), "submit_sm_resp");
  await page.getByRole("button", { name: /^answers submit_sm \(\d+\), after/ }).click();
  assert.equal(await page.locator("#pdu-title").textContent(), "submit_sm");

  await page.locator("#filter").fill("15550012345");
  assert.deepEqual(await list.locator(".command").allTextContents(), ["submit_sm"]);
  assert.deepEqual(page.complaints, []);
});

test("reading is stopped on request", async () => {
  const page = await site.open();
  // Pressed as soon as it is there: by the time a pointer has found it, all may be read.
  await page.evaluate(() => {
    const working = document.querySelector<HTMLElement>("#working")!;
    const observer = new MutationObserver(() => {
      if (working.hidden) return;
      observer.disconnect();
      document.querySelector<HTMLElement>("#stop")!.click();
    });
    observer.observe(working, { attributes: true });
  });
  await page.locator("#file").setInputFiles(path);
  await page.locator("#status", { hasText: "Stopped." }).waitFor();
  assert.ok(await page.locator("#working").isHidden());
});
