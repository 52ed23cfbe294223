// Every form on the page, in a browser: the samples of other tools, what is no PDU, statistics and what is saved.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { FIELD_CASES } from "../decoder/field-cases.ts";
import { openFile, paste, startSite, type Site } from "./site.ts";

interface Sample {
  command: string;
  text: string;
  input?: string;
  octets?: string;
  link?: string;
  refused?: boolean;
}

const folder = join(import.meta.dirname, "..", "decoder");
const samples = (name: string) => readFileSync(join(folder, "samples", name), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Sample);
const capture = new Uint8Array(readFileSync(join(folder, "captures", "session.pcapng")));

let site: Site;
let page: Page & { complaints: string[] };
before(async () => {
  site = await startSite();
  page = await site.open();
});
after(async () => {
  assert.deepEqual(page?.complaints, []);
  await site?.close();
});

/** Opens a text as a file, and waits until the page says what it is. */
async function opened(name: string, text: string): Promise<string> {
  await openFile(page, name, new TextEncoder().encode(text));
  // A refusal does not name the file.
  const status = page.locator("#status").filter({ hasText: new RegExp(`^${name}: |^This is|^An asterisk`) });
  await status.waitFor({ timeout: 60_000 });
  const said = (await status.textContent())!;
  await page.locator("#clear").click();
  await page.locator("#status:empty").waitFor({ state: "attached" });
  return said;
}

/** One of each kind: tests/js/decoder/samples.test.ts reads them all. */
const DUMPS = ["od", "od -c", "od -a", "od -A x -t x1z -v", "od -t u4", "od -A n -t x1", "hexdump", "hexdump -C", "hexdump -b", "xxd", "xxd -e", "xxd -b", "xxd -p", "xxd -i", "hexyl --color=never"];
const PACKETS = ["tcpdump -X", "tcpdump -xx", "tcpdump -A", "tshark -x", "tshark -V -x", "tshark -T json", "tshark -T json -x", "tshark -T ek -x", "tshark -T pdml", "tshark -q -z follow,tcp,hex,0", "tshark -q -z follow,tcp,yaml,0"];

test("samples of od, hexdump, xxd and hexyl", async () => {
  const chosen = samples("dumps.jsonl").filter(({ input, command }) => input === "text that looks like octets" && DUMPS.includes(command));
  assert.equal(chosen.length, DUMPS.length);
  for (const [i, { command, text, refused }] of chosen.entries()) {
    const said = await opened(`sample-${i}`, text);
    if (refused) assert.match(said, /the octets of the PDUs are not in it|asterisk/, command);
    else assert.match(said, /^sample-\d+: [^,]*, 1 PDU\./, command);
    assert.doesNotMatch(said, /with faults/, command);
  }
});

test("samples of tcpdump and tshark", async () => {
  const chosen = samples("packets.jsonl").filter(({ command, link }) => PACKETS.includes(command) && link !== "raw IP");
  assert.equal(chosen.length, PACKETS.length);
  for (const [i, { command, text, refused }] of chosen.entries()) {
    const said = await opened(`sample-${i}`, text);
    if (refused) assert.match(said, /the octets of the PDUs are not in it/, command);
    else assert.match(said, /-V|-T/.test(command) ? /, 4 PDUs[,.]/ : /, 10 PDUs[,.]/, `${command}: ${said}`);
    assert.doesNotMatch(said, /with faults/, command);
  }
});

for (const { what, input, pdus, faulty = false } of FIELD_CASES) {
  test(what, async () => {
    // Typing a long text into the page is the browser's own time.
    if (typeof input === "string" && input.length < 2_000) await paste(page, input);
    else await openFile(page, "given", typeof input === "string" ? new TextEncoder().encode(input) : input);
    const status = page.locator("#status").filter({ hasText: new RegExp(`, ${pdus.length} PDUs?[,.]`) });
    await status.waitFor();
    assert.equal(/with faults|faulty/.test((await status.textContent())!), faulty);
    assert.deepEqual(await page.locator("#list .command").allTextContents(), pdus.map((pdu) => pdu.split(" ")[0]));
    await page.locator("#clear").click();
    await page.locator("#status:empty").waitFor({ state: "attached" });
  });
}

for (const [what, input, heading, value] of [
  ["a status by number", "0x58", "ESME_RTHROTTLED", "0x00000058, 88 in decimal"],
  ["a status by name", "ESME_RINVDSTADR", "ESME_RINVDSTADR", "0x0000000b, 11 in decimal"],
  ["the text of a receipt", "id:4f00000a sub:001 dlvrd:001 submit date:2611221204 done date:2611221205 stat:DELIVRD err:000 text:Hi", "Delivery receipt: delivered", "4f00000a"],
  ["a user data header", "050003cc0201", "User data header", "reference 204, total 2, part 1"],
  ["a TPDU of GSM", "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07", "GSM TPDU: SMS-DELIVER", "How are you?"],
] as const) {
  test(`${what} is named and explained`, async () => {
    await paste(page, input);
    await page.getByRole("heading", { name: heading, exact: true }).waitFor();
    assert.ok((await page.locator("#findings dd").allTextContents()).includes(value));
    assert.ok(await page.locator("#result").isHidden());
    await paste(page, "00000010000000150000000000000001");
    await page.locator("#result").waitFor();
    assert.ok(await page.locator("#findings").isHidden());
  });
}

test("statistics come and go by key and by button, and when a PDU is chosen", async () => {
  await openFile(page, "session.pcapng", capture);
  await page.locator("#status", { hasText: "22 PDUs" }).waitFor();
  await page.locator("#list").focus();
  await page.keyboard.press("a");
  const row = page.locator("#statistics tr", { has: page.getByRole("rowheader", { name: "submit_sm", exact: true }) });
  assert.deepEqual((await row.locator("td").allTextContents()).slice(0, 4), ["6", "624", "0", "0"]);
  assert.ok(await page.getByRole("img", { name: /PDUs by time: 7\.0 PDUs a second/ }).isVisible());
  assert.ok(await page.locator("#pdu").isHidden());
  await page.getByRole("button", { name: "Statistics" }).click();
  assert.ok(await page.locator("#statistics").isHidden());
  await page.getByRole("button", { name: "Statistics" }).click();
  await page.locator("#list [role=option]").nth(2).click();
  assert.ok(await page.locator("#pdu").isVisible());
  assert.ok(await page.locator("#statistics").isHidden());
});

test("what the filter lets through is saved as CSV and as JSON", async () => {
  await openFile(page, "session.pcapng", capture);
  await page.locator("#status", { hasText: "22 PDUs" }).waitFor();
  await page.locator("#filter").fill("submit_sm_resp");
  const saved = async (button: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
    return [download.suggestedFilename(), readFileSync((await download.path())!, "utf8")] as const;
  };
  const [csvName, csv] = await saved("Save as CSV");
  assert.equal(csvName, "pdus.csv");
  assert.equal(csv.split("\r\n").length, 1 + 6 + 1);
  const [jsonName, json] = await saved("Save as JSON");
  assert.equal(jsonName, "pdus.json");
  assert.deepEqual(new Set((JSON.parse(json) as { pdus: { command: string }[] }).pdus.map(({ command }) => command)), new Set(["submit_sm_resp"]));
  await page.locator("#status", { hasText: "6 PDUs were saved." }).waitFor();
});
