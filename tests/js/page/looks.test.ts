// Themes, screens, and what a screen reader is told.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { field, openFile, startSite, type Site } from "./site.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let site: Site;
before(async () => {
  site = await startSite();
});
after(() => site?.close());

/** What axe finds, a line each. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate("axe.run()")) as AxeResults;
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}

async function example(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
  await page.locator("#result").waitFor();
}

const states: Record<string, (page: Page) => Promise<void>> = {
  "as it opens": async () => {},
  "a PDU, a field chosen": async (page) => {
    await example(page, "Request and response");
    await field(page, "source_addr").click();
  },
  "a hint and other readings": (page) => example(page, "Wrong data_coding"),
  "a fault": (page) => example(page, "Fault in a TLV"),
  "a status": async (page) => {
    await example(page, "Throttled");
    await page.keyboard.press("n");
  },
  "a joined message": (page) => example(page, "Long message in parts"),
  "a receipt": (page) => example(page, "Delivery receipt"),
  editing: async (page) => {
    await example(page, "Request and response");
    await page.keyboard.press("e");
    await page.getByLabel("esm_class").fill("256");
  },
  comparing: async (page) => {
    await example(page, "Request and response");
    await page.keyboard.press("c");
    await page.keyboard.press("j");
  },
  statistics: async (page) => {
    await openFile(page, "session.pcapng", readFileSync(join(import.meta.dirname, "..", "decoder", "captures", "session.pcapng")));
    await page.getByRole("status").filter({ hasText: /session.pcapng: .* PDUs/ }).waitFor();
    await page.keyboard.press("a");
    await page.getByRole("heading", { name: "By command" }).waitFor();
  },
  "a status alone": async (page) => {
    await page.locator("#input").fill("ESME_RINVDSTADR");
    await page.getByRole("heading", { name: "ESME_RINVDSTADR" }).waitFor();
  },
  help: (page) => page.keyboard.press("?"),
  "a refusal": (page) => page.locator("#input").fill("nothing that could be read"),
};

describe("axe finds nothing", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [name, reach] of Object.entries(states)) {
      test(`${name}, ${colorScheme}`, async () => {
        const page = await site.open({ colorScheme, viewport: { width: 1440, height: 1000 }, serviceWorkers: "block" });
        await reach(page);
        assert.deepEqual(await findings(page), []);
        await page.context().close();
      });
    }
  }

  test("on a phone", async () => {
    const page = await site.open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    await example(page, "Delivery receipt");
    assert.deepEqual(await findings(page), []);
    await page.context().close();
  });
});

describe("themes", () => {
  const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  test("follow the system, or the button, which is remembered", async () => {
    const page = await site.open({ colorScheme: "dark" });
    const dark = await ground(page);
    await page.emulateMedia({ colorScheme: "light" });
    const light = await ground(page);
    assert.notEqual(dark, light);
    await page.getByRole("button", { name: /^Theme/ }).click();
    assert.equal(await ground(page), light);
    await page.getByRole("button", { name: "Theme: light" }).click();
    assert.equal(await ground(page), dark);
    await page.reload();
    assert.equal(await page.getByRole("button", { name: /^Theme/ }).textContent(), "Theme: dark");
    assert.equal(await ground(page), dark);
    await page.context().close();
  });
});

describe("a narrow screen", () => {
  test("needs no scrolling to the side", async () => {
    const page = await site.open({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
    for (const name of ["Delivery receipt", "Wrong data_coding", "Long message in parts", "Fault in a TLV"]) {
      await example(page, name);
      const { content, screen } = await page.evaluate(() => ({ content: document.documentElement.scrollWidth, screen: innerWidth }));
      assert.ok(content <= screen, `${name}: ${content} of ${screen}`);
    }
    for (const reach of [states["statistics"]!, states["a status alone"]!]) {
      await reach(page);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    }
    await page.context().close();
  });

  test("shows eight octets a row, all of them in sight", async () => {
    const page = await site.open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    await example(page, "Request and response");
    const row = page.locator(".hex-row").first();
    assert.equal(await row.locator(".hex-octets > *").count(), 8);
    const { inner, outer } = await page.locator("#hex").evaluate((element) => ({ inner: element.scrollWidth, outer: element.clientWidth }));
    assert.ok(inner <= outer, `${inner} of ${outer}`);
    await page.context().close();
  });

  test("a tap on an octet marks its field", async () => {
    const page = await site.open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
    await example(page, "Request and response");
    await page.locator(".hex-octets [data-at='19']").tap();
    assert.match((await page.locator("#field").textContent())!, /source_addr/);
    await page.context().close();
  });
});

describe("a screen reader", () => {
  test("is told of outcomes, of the chosen field and of what is wrong", async () => {
    const page = await site.open();
    await example(page, "Fault in a TLV");
    assert.equal(await page.getByRole("status").textContent(), "hex, 2 PDUs, 1 with faults.");
    assert.ok(await page.getByRole("tree", { name: "Fields" }).isVisible());
    assert.ok(await page.getByRole("listbox", { name: "PDUs" }).isVisible());
    const tree = page.locator("#tree");
    await tree.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const active = await tree.getAttribute("aria-activedescendant");
    assert.match((await page.locator(`#${active}`).textContent())!, /command_length/);
    assert.equal(await page.locator("#field").getAttribute("aria-live"), "polite");
    assert.match((await page.getByRole("list", { name: "Remarks" }).textContent())!, /Fault: The TLV runs past/);
    await page.context().close();
  });
});
