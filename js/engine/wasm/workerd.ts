// workerd compiles WebAssembly only ahead of time: the module is imported, and starting it takes no waiting. The parts are named one by
// one, so that bundlers leave out the rest of the glue, which loads modules in other ways.

import {
  initSync,
  Engine, command_name, count, decode_pdus, octet_meaning, encode_pdu, join_segments, message_id_key,
  parse_receipt, scratch, status_code, status_handling, status_meaning, status_name, take_panic,
} from "#bindgen";
import module from "../../../dist/smpp.wasm";
import type { Exports } from "./exports.ts";

const { memory } = initSync({ module });

/** The engine, ready for use. */
export const wasm: Exports = {
  memory,
  Engine, command_name, count, decode_pdus, octet_meaning, encode_pdu, join_segments, message_id_key,
  parse_receipt, scratch, status_code, status_handling, status_meaning, status_name, take_panic,
};

/** Resolves when the engine can be used: here it can be from the start. */
export async function init(): Promise<void> {}
