// The engine without sessions, fetched when it is first needed. The build leaves out of the module what is not named here.

import load, { count, decode_pdus, encode_pdu, octet_meaning, parse_receipt, scratch, status_handling, status_meaning, status_name } from "#bindgen";
import type { Exports } from "../../engine/wasm/exports.ts";

/** What is named above, once `init()` has resolved. */
export let wasm = {} as Exports;

/** Resolves when the engine can be used. Rejects when the module can't be fetched, and may then be called again. */
export async function init(): Promise<void> {
  // As seen from the built file, js/page.js.
  const { memory } = await load({ module_or_path: new URL("../smpp.wasm", import.meta.url) });
  wasm = { memory, count, decode_pdus, encode_pdu, octet_meaning, parse_receipt, scratch, status_handling, status_meaning, status_name } as unknown as Exports;
}
