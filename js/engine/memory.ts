// The one place that looks into the module's memory. Views are made anew when the memory has grown.

import { SmsWords } from "#boundary";
import { wasm } from "#wasm";

/** The module's memory as octets, 16-bit and 32-bit little-endian words, and doubles. */
export let u8 = new Uint8Array(0);
export let u16 = new Uint16Array(0);
export let u32 = new Uint32Array(0);
export let f64 = new Float64Array(0);

/** To be called after each call into the module and before each use of a view. */
export function refresh(): void {
  // When the memory grows, the views of it as it was become empty.
  if (u8.length > 0) return;
  const { buffer } = wasm.memory;
  u8 = new Uint8Array(buffer);
  u16 = new Uint16Array(buffer);
  u32 = new Uint32Array(buffer);
  f64 = new Float64Array(buffer);
}

const LEAST_ROOM = 4_096;

/** The module's scratch room: it moves only when more is asked for. */
let roomAt = 0;
let room = 0;
/** Where in it the text of an SMS is, behind its record, and the room from there on. */
export const TEXT_AT = 4 * SmsWords.WORDS;
export let textRoom = new Uint8Array(0);

/** Room for `length` octets in the module, at an address that is a multiple of 8; valid until the next call. */
export function scratch(length: number): number {
  if (length > room) {
    const wanted = Math.max(LEAST_ROOM, 2 ** Math.ceil(Math.log2(length)));
    roomAt = wasm.scratch(wanted);
    room = wanted;
  }
  refresh();
  if (textRoom.length + TEXT_AT !== room || textRoom.byteOffset !== roomAt + TEXT_AT) textRoom = u8.subarray(roomAt + TEXT_AT, roomAt + room);
  return roomAt;
}

/** The module broke, and will make itself another scratch room. */
export function forgetScratch(): void {
  room = 0;
}

/** Copies octets into the module, to the same place. Making room may replace `u8`, so that comes first. */
export function place(octets: Uint8Array): void {
  const address = scratch(octets.length);
  u8.set(octets, address);
}
