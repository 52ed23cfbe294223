// The documented `wasm-pack build` of the crate, for each of its targets: what it makes decodes, encodes and counts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { buildPackage } from "../../../scripts/wasm-pack.mjs";

function works({ decodePdus, encodePdu, countSegments }) {
  const octets = encodePdu({ command: "submit_sm", sequence: 7, source_addr: "12345", destination_addr: "1234567890", short_message: "Hello World" });
  const { pdus, rest, error } = decodePdus(octets);
  assert.deepEqual([rest, error, pdus.length], [0, undefined, 1]);
  const [pdu] = pdus;
  assert.deepEqual([pdu.command, pdu.sequence, pdu.statusName, pdu.valid], ["submit_sm", 7, "ESME_ROK", true]);
  assert.equal(pdu.fields.find(({ name }) => name === "destination_addr").value, "1234567890");
  assert.deepEqual(pdu.text, { value: "Hello World", encoding: "gsm7" });
  assert.deepEqual(decodePdus(octets.subarray(0, 20)).rest, 20);
  assert.deepEqual(countSegments("ж".repeat(71)), { encoding: "ucs2", dataCoding: 8, segments: 2, units: 71, remaining: 63 });
  assert.throws(() => countSegments("x", "klingon"), (reason) => reason.code === "invalid-field" && reason.field === "encoding");
}

test("--target nodejs", async () => works(createRequire(import.meta.url)(join(await buildPackage("nodejs"), "smpp_edge.js"))));

test("--target web", async () => {
  const directory = await buildPackage("web");
  const module = await import(pathToFileURL(join(directory, "smpp_edge.js")).href);
  module.initSync({ module: readFileSync(join(directory, "smpp_edge_bg.wasm")) });
  works(module);
});

test("--target bundler", async () => {
  const { name, main, types } = JSON.parse(readFileSync(join(await buildPackage("bundler"), "package.json"), "utf8"));
  assert.deepEqual([name, main, types], ["smpp-edge", "smpp_edge.js", "smpp_edge.d.ts"]);
});
