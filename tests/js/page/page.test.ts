// The decoder page as its users meet it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { encodePdu } from "smpp-edge/decoder";
import type { Page } from "playwright-core";
import { field, folder, openFile, paste, startSite, type Site } from "./site.ts";

const ENQUIRE = "00000010000000150000000000000001";
const text = (characters: string) => Uint8Array.from(Buffer.from(characters, "latin1"));
const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
const submit = (fields: object) => encodePdu({ command: "submit_sm", sequence: 7, source_addr_ton: 5, source_addr: "ACME", dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "1234567890", ...fields });
const SUBMIT = hex(submit({ registered_delivery: 1, short_message: text("Hello World") }));
const capture = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, "..", "decoder", "captures", name)));

let site: Site;
before(async () => {
  site = await startSite();
});
after(() => site?.close());

/** Opens the page, uses it, and sees that it complained of nothing. */
async function withPage(use: (page: Page) => Promise<void>, options: Parameters<Site["open"]>[0] = {}): Promise<void> {
  const page = await site.open(options);
  try {
    await use(page);
    assert.deepEqual(page.complaints, []);
  } finally {
    await page.context().close();
  }
}

const commands = (page: Page) => page.locator("#list .command").allTextContents();
const status = (page: Page) => page.locator("#status");
/** Waits until the status says so. */
async function says(page: Page, expected: RegExp): Promise<void> {
  await status(page).filter({ hasText: expected }).waitFor();
}
const title = (page: Page) => page.locator("#pdu-title").textContent();
const focusedId = (page: Page) => page.evaluate(() => document.activeElement?.id);

describe("input", () => {
  const pairs = SUBMIT.match(/../g)!;
  const forms: Record<string, [input: string, says: RegExp]> = {
    hex: [SUBMIT, /^hex, 1 PDU\.$/],
    "hex with colons": [pairs.join(":"), /^hex, 1 PDU/],
    base64: [Buffer.from(SUBMIT, "hex").toString("base64"), /^base64, 1 PDU/],
    "a hex dump": [SUBMIT.match(/.{1,32}/g)!.map((row, i) => `${(i * 16).toString(16).padStart(4, "0")}   ${row.match(/../g)!.join(" ")}`).join("\n"), /^hex dump, 1 PDU/],
    "a C array": [`unsigned char pdu[] = { ${pairs.map((pair) => `0x${pair}`).join(", ")} };`, /^array, 1 PDU/],
    "an escaped string": [`"${pairs.map((pair) => `\\x${pair}`).join("")}"`, /^escaped string, 1 PDU/],
    "a log line": [`2026-11-22 12:00:00.123 DEBUG sent ${pairs.join(" ")}`, /^log lines, 1 PDU/],
  };
  for (const [name, [input, expected]] of Object.entries(forms)) {
    test(`${name} is recognised and decoded`, () =>
      withPage(async (page) => {
        await paste(page, input);
        await says(page, expected);
        assert.equal(await title(page), "submit_sm");
        assert.match((await field(page, "source_addr").textContent())!, /ACME/);
        assert.equal(await page.locator(".message-text").textContent(), "Hello World");
      }));
  }

  for (const name of ["session.pcapng", "split.pcap"]) {
    test(`${name} opens`, () =>
      withPage(async (page) => {
        await openFile(page, name, capture(name));
        await says(page, /capture, \d+ PDUs, 127\.0\.0\.1:\d+ → 127\.0\.0\.1:\d+\.$/);
        assert.equal((await commands(page))[0], "bind_transceiver");
      }));
  }

  test("a capture compressed with gzip opens", () =>
    withPage(async (page) => {
      await openFile(page, "session.pcapng.gz", gzipSync(capture("session.pcapng")));
      await says(page, /session\.pcapng\.gz: pcapng capture/);
    }));

  test("a dropped file opens", () =>
    withPage(async (page) => {
      const data = await page.evaluateHandle((octets) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(octets)], "split.pcap"));
        return transfer;
      }, [...capture("split.pcap")]);
      await page.dispatchEvent("body", "dragover", { dataTransfer: data });
      assert.ok(await page.locator("#drop").isVisible());
      await page.dispatchEvent("body", "drop", { dataTransfer: data });
      await says(page, /^split\.pcap: pcap capture/);
    }));

  test("chosen ports are used, and the ports that are there are named", () =>
    withPage(async (page) => {
      await openFile(page, "session.pcapng", capture("session.pcapng"));
      await says(page, /pcapng capture/);
      await page.locator("#ports").fill("1234");
      await page.locator("#ports").press("Tab");
      await says(page, /No TCP connection of this capture has port 1234\. There are: \d+/);
    }));

  test("every example is one click away, and shows what it is for", () =>
    withPage(async (page) => {
      const buttons = page.locator("#examples button");
      assert.ok((await buttons.count()) >= 6);
      for (const button of await buttons.all()) {
        await button.click();
        await says(page, /^hex, \d+ PDU/);
        assert.ok((await commands(page)).length > 0);
      }
    }));
});

describe("wrong input gets a helpful sentence", () => {
  const files: Record<string, [octets: Uint8Array, says: RegExp]> = {
    "a PNG": [Uint8Array.from(Buffer.from("89504e470d0a1a0a0000000d49484452", "hex")), /PNG picture.*Open a \.pcap/],
    "an empty file": [new Uint8Array(0), /is empty/],
    "100 MB": [new Uint8Array(100_000_000), /100 MB; up to 64 MB are read/],
    "a novel": [text("It was the best of times, it was the worst of times, it was the age of wisdom. ".repeat(2_000)), /reads like prose.*Paste hex/],
    "100 MB behind gzip": [gzipSync(new Uint8Array(100_000_000)), /up to 64 MB are read/],
  };
  for (const [name, [octets, expected]] of Object.entries(files)) {
    test(name, () =>
      withPage(async (page) => {
        await paste(page, SUBMIT);
        await says(page, /1 PDU/);
        if (octets.length < 50_000_000) await openFile(page, "given", octets);
        // More than the test's own connection to the browser takes: made in the page.
        else await page.evaluate((size) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(size)], "given"));
          dispatchEvent(new DragEvent("drop", { dataTransfer: transfer }));
        }, octets.length);
        await says(page, expected);
        assert.ok(await page.locator("#result").isHidden());
      }));
  }

  test("text that is nearly hex", () =>
    withPage(async (page) => {
      await paste(page, `${SUBMIT}g0`);
      await says(page, /“g” at character \d+ is no hex digit/);
    }));
});

describe("tree and octets", () => {
  test("a field marks its octets, in hex and as characters", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT);
      await field(page, "source_addr").click();
      assert.equal((await page.locator(".hex-octets .marked").allTextContents()).join(" "), "41 43 4d 45 00");
      assert.equal((await page.locator(".hex-chars .marked").allTextContents()).join(""), "ACME·");
      assert.match((await page.locator("#field").textContent())!, /source_addr.*octets 19 to 23.*ACME/);
    }));

  test("an octet marks its field", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT);
      await page.locator(".hex-octets [data-at='27']").click();
      assert.equal(await page.locator("#tree [aria-selected=true] .name").textContent(), "destination_addr");
    }));

  test("a character marks its field", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT);
      await page.locator(".hex-chars [data-at='20']").click();
      assert.equal(await page.locator("#tree [aria-selected=true] .name").textContent(), "source_addr");
    }));

  test("the pointer over one marks the other lightly", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT);
      await page.locator(".hex-octets [data-at='8']").hover();
      assert.equal(await page.locator("#tree .pointed .name").textContent(), "command_status");
      await field(page, "sequence_number").hover();
      assert.equal((await page.locator(".hex-octets .pointed").allTextContents()).join(""), "00000007");
    }));

  test("bit fields and statuses are explained", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT);
      assert.match((await field(page, "mc_receipt").textContent())!, /receipt on success or failure/);
      await paste(page, hex(encodePdu({ command: "submit_sm_resp", sequence: 7, status: 0x58 })));
      await page.locator(".remark.status").waitFor();
      assert.match((await page.locator(".remark.status").textContent())!, /ESME_RTHROTTLED.*slow down/);
    }));

  test("text on the page is never read as markup", () =>
    withPage(async (page) => {
      await paste(page, hex(submit({ short_message: text("<img src=x onerror=alert(1)>") })));
      await says(page, /1 PDU/);
      assert.equal(await page.locator(".message-text").textContent(), "<img src=x onerror=alert(1)>");
      assert.equal(await page.locator("img").count(), 0);
    }));
});

describe("faults", () => {
  const faulty = () => {
    const octets = submit({ short_message: text("Hello"), tlvs: { "0x1401": Uint8Array.of(1, 2, 3, 4) } });
    octets[octets.length - 5] = 20;
    return octets;
  };

  test("are located and explained; what is before them and the next PDU are still shown", () =>
    withPage(async (page) => {
      await paste(page, hex(faulty()) + ENQUIRE);
      await says(page, /2 PDUs, 1 with faults/);
      assert.match((await page.locator(".remark.error").textContent())!, /The TLV runs past the end of the PDU.*expected 20 octets.*found 4/);
      assert.match((await field(page, "source_addr").textContent())!, /ACME/);
      assert.equal(await page.locator(".message-text").textContent(), "Hello");
      assert.deepEqual(await commands(page), ["submit_sm", "enquire_link"]);
      assert.match((await page.locator("#list [role=option]").first().textContent())!, /faulty/);
    }));

  test("lead to their octets", () =>
    withPage(async (page) => {
      await paste(page, hex(encodePdu({ command: "bind_transmitter", sequence: 1, system_id: "id", interface_version: 0x34 })).replace(/34(..)(..)(..)$/, "99$1$2$3"));
      await page.locator(".remark.note button").first().click();
      assert.equal((await page.locator(".hex-octets .marked").allTextContents()).join(""), "99");
    }));

  test("hints lead to their octets, too", () =>
    withPage(async (page) => {
      await page.getByRole("button", { name: "Header, but no udhi" }).click();
      await page.getByRole("button", { name: /A user data header, but no udhi/ }).click();
      assert.equal(await page.locator("#tree [aria-selected=true] .name").textContent(), "esm_class");
    }));

  test("a PDU that is cut off shows what is there", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT.slice(0, 80));
      await says(page, /1 with faults/);
      assert.match((await page.locator(".remark.error").first().textContent())!, /not complete/);
      assert.match((await field(page, "destination_addr").textContent())!, /1234567890/);
    }));
});

describe("messages", () => {
  test("text that looks wrong has its other readings beside it", () =>
    withPage(async (page) => {
      await page.getByRole("button", { name: "Wrong data_coding" }).click();
      const row = page.locator(".readings tr", { has: page.getByRole("rowheader", { name: "UCS-2", exact: true }) });
      assert.equal(await row.locator("td").textContent(), "Привет, мир");
      assert.ok(await row.isVisible());
    }));

  test("parts are joined, and lead to each other", () =>
    withPage(async (page) => {
      await page.getByRole("button", { name: "Long message in parts" }).click();
      await page.getByRole("heading", { name: /Joined message/ }).waitFor();
      assert.match((await page.locator(".message-text").first().textContent())!, /^Добрый день!.*вечера\.$/);
      await page.getByRole("button", { name: "part 3" }).click();
      assert.match((await page.locator("#list [aria-selected=true]").textContent())!, /seq 22/);
    }));

  test("a receipt is taken apart", () =>
    withPage(async (page) => {
      await page.getByRole("button", { name: "Delivery receipt" }).click();
      const receipt = page.locator(".card", { has: page.getByRole("heading", { name: /Delivery receipt/ }) });
      assert.match((await receipt.textContent())!, /5c4d21e0.*delivered, final.*2026-11-22 12:05/);
    }));

  test("the list shows the whole status of a response that refuses", () =>
    withPage(async (page) => {
      await openFile(page, "session.pcapng", capture("session.pcapng"));
      await page.getByPlaceholder("Filter").fill("throttled");
      const status = page.locator(".list .badge.warn").first();
      assert.equal(await status.textContent(), "ESME_RTHROTTLED");
      const { inner, outer } = await status.evaluate((element) => ({ inner: element.scrollWidth, outer: element.clientWidth }));
      assert.ok(inner <= outer, `${inner} of ${outer}`);
    }));

  test("request and response lead to each other, with the time between", () =>
    withPage(async (page) => {
      await openFile(page, "session.pcapng", capture("session.pcapng"));
      await page.getByRole("button", { name: /^answered by bind_transceiver_resp \(2\), ESME_ROK, after [\d.]+ ms$/ }).click();
      assert.equal(await title(page), "bind_transceiver_resp");
      await page.getByRole("button", { name: /^answers bind_transceiver \(1\)/ }).click();
      assert.equal(await title(page), "bind_transceiver");
    }));
});

describe("editing", () => {
  test("a field is changed, encoded at once, and kept", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT);
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.getByLabel("destination_addr").fill("99");
      assert.match((await page.locator(".hex-chars").allTextContents()).join(""), /ACME···99·/);
      await page.getByRole("button", { name: "Use it" }).click();
      assert.match((await field(page, "destination_addr").textContent())!, /99/);
      assert.match(await page.locator("#input").inputValue(), /^00 00 00 32 00 00 00 04/);
    }));

  test("a text brings its data_coding along", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT);
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.getByLabel("text", { exact: true }).fill("Привет");
      assert.equal(await page.getByLabel("data_coding").inputValue(), "8");
      await page.getByRole("button", { name: "Use it" }).click();
      assert.equal(await page.locator(".message-text").textContent(), "Привет");
    }));

  test("what can't be written is said, and marked", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT);
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.getByLabel("esm_class").fill("256");
      assert.match((await page.getByRole("alert").textContent())!, /esm_class is at most 255/);
      assert.equal(await page.getByLabel("esm_class").getAttribute("aria-invalid"), "true");
      assert.ok(await page.getByRole("button", { name: "Use it" }).isDisabled());
    }));

  test("TLVs are added and removed", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT);
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.getByLabel("Tag of a new TLV").fill("0x1401");
      await page.getByRole("button", { name: "Add", exact: true }).click();
      await page.getByLabel("TLV 0x1401").fill("01 02");
      await page.getByRole("button", { name: "Use it" }).click();
      assert.match((await field(page, "TLV 0x1401").textContent())!, /01 02/);
    }));
});

describe("tools", () => {
  test("two PDUs are compared", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT + hex(submit({ sequence: 8, registered_delivery: 1, short_message: text("Hello World") })));
      await page.getByRole("button", { name: "Compare" }).click();
      await page.locator("#list [role=option]").nth(1).click();
      assert.deepEqual((await page.locator(".comparison .different th").allTextContents()).map((name) => name.trim()), ["≠ sequence_number"]);
    }));

  const copies: [button: string, expected: RegExp][] = [["Copy hex", new RegExp(`^${SUBMIT}$`)], ["Copy C", /static const unsigned char pdu\[\]/], ["Copy JSON", /"source_addr": "ACME"/]];
  for (const [button, expected] of copies) {
    test(button, () =>
      withPage(async (page) => {
        await paste(page, SUBMIT);
        await page.getByRole("button", { name: button }).click();
        await says(page, /Copied/);
        assert.match(await page.evaluate(() => navigator.clipboard.readText()), expected);
      }));
  }

  test("the filter leaves what has all words", () =>
    withPage(async (page) => {
      await openFile(page, "session.pcapng", capture("session.pcapng"));
      await says(page, /pcapng/);
      await page.locator("#filter").fill("submit_sm_resp throttled");
      assert.deepEqual([...new Set(await commands(page))], ["submit_sm_resp"]);
      await page.locator("#filter").fill("");
      assert.equal((await commands(page))[0], "bind_transceiver");
    }));
});

describe("sharing", () => {
  const BIND = hex(encodePdu({ command: "bind_transceiver", sequence: 1, system_id: "smppclient1", password: "secret08" }));

  test("the link shows the same PDUs, the password masked", () =>
    withPage(async (page) => {
      await paste(page, BIND + ENQUIRE);
      await says(page, /2 PDUs/);
      await page.getByRole("button", { name: "Share" }).click();
      await says(page, /The link was copied.*passwords are masked/);
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.equal(link, page.url());
      assert.doesNotMatch(Buffer.from(link.split("#pdu=")[1]!, "base64url").toString("latin1"), /secret/);
      await withPage(async (other) => {
        await says(other, /shared link, 2 PDUs/);
        assert.match((await field(other, "system_id").textContent())!, /smppclient1/);
        assert.match((await field(other, "password").textContent())!, /\*{8}/);
      }, { fragment: new URL(link).hash });
    }));

  test("no server sees what is shared", () =>
    withPage(async () => assert.ok(site.requests.every((path) => !path.includes("pdu="))), { fragment: `#pdu=${Buffer.from(ENQUIRE, "hex").toString("base64url")}` }));

  test("a link that was damaged says so", () => withPage(async (page) => says(page, /link .* damaged/), { fragment: "#pdu=***" }));
});

describe("keyboard", () => {
  test("all is reached without a pointer", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT + ENQUIRE + hex(encodePdu({ command: "submit_sm_resp", sequence: 7, status: 0x58 })));
      await says(page, /3 PDUs/);
      await page.keyboard.press("Escape");
      await page.keyboard.press("j");
      assert.equal(await title(page), "enquire_link");
      await page.keyboard.press("k");
      assert.equal(await title(page), "submit_sm");
      await page.keyboard.press("n");
      assert.equal(await title(page), "submit_sm_resp");
      await page.keyboard.press("/");
      assert.equal(await focusedId(page), "filter");
      await page.keyboard.press("Escape");
      await page.keyboard.press("i");
      assert.equal(await focusedId(page), "input");
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      assert.ok(await page.getByRole("dialog", { name: "Keys" }).isVisible());
      await page.keyboard.press("Escape");
      assert.ok(await page.getByRole("dialog").isHidden());
      await page.keyboard.press("k");
      await page.keyboard.press("k");
      await page.keyboard.press("e");
      assert.ok(await page.locator("#editor").isVisible());
      await page.keyboard.press("Escape");
      assert.ok(await page.locator("#editor").isHidden());
      await page.keyboard.press("y");
      await says(page, /Copied/);
    }));

  test("the list and the tree go by arrows", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT + ENQUIRE);
      await says(page, /2 PDUs/);
      await page.locator("#list").focus();
      await page.keyboard.press("ArrowDown");
      assert.equal(await title(page), "enquire_link");
      await page.keyboard.press("Home");
      assert.equal(await title(page), "submit_sm");
      await page.locator("#tree").focus();
      await page.keyboard.press("ArrowDown");
      const header = page.locator("#tree [aria-selected=true]");
      assert.equal(await header.getAttribute("aria-expanded"), "true");
      await page.keyboard.press("ArrowLeft");
      assert.equal(await header.getAttribute("aria-expanded"), "false");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      assert.equal(await header.locator(".name").textContent(), "command_length");
      await page.keyboard.press("ArrowLeft");
      assert.equal(await header.locator(".name").textContent(), "header");
    }));

  test("the octets go by fields", () =>
    withPage(async (page) => {
      await paste(page, SUBMIT);
      await says(page, /1 PDU/);
      await page.locator("#hex").focus();
      for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
      assert.equal(await page.locator("#tree [aria-selected=true] .name").textContent(), "sequence_number");
      await page.keyboard.press("ArrowLeft");
      assert.equal(await page.locator("#tree [aria-selected=true] .name").textContent(), "command_status");
    }));
});

describe("the folder", () => {
  test("the module is fetched when it is first needed", () =>
    withPage(async (page) => {
      const asked = () => page.evaluate(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/smpp.wasm")));
      assert.equal(await asked(), false);
      await paste(page, SUBMIT);
      await says(page, /1 PDU/);
      assert.equal(await asked(), true);
    }, { serviceWorkers: "block" }));

  test("opens and works without a network, once it was loaded", () =>
    withPage(async (page) => {
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
        if (!navigator.serviceWorker.controller) await new Promise((fulfil) => navigator.serviceWorker.addEventListener("controllerchange", fulfil, { once: true }));
      });
      await page.context().setOffline(true);
      for (let visit = 0; visit < 2; visit++) {
        await paste(page, SUBMIT);
        await says(page, /1 PDU/);
        assert.equal(await title(page), "submit_sm");
        await page.reload();
      }
    }));

  test("the policy lets nothing in from elsewhere, and nothing inline", () => {
    const html = readFileSync(join(folder, "index.html"), "utf8");
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)![1]!;
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*|data:/);
    assert.match(policy, /connect-src 'self'/);
    assert.doesNotMatch(html, /\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|<style/);
    assert.ok(readFileSync(join(folder, "_headers"), "utf8").includes(policy));
  });

  test("has at most 150 KB in all, compressed", () => {
    const sizes = ["index.html", "page.css", "js/page.js", "sw.js", "icon.svg", "smpp.wasm"].map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total <= 150_000, `${total} octets: ${sizes.join(", ")}`);
  });
});
