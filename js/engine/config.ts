// Settings of a session on their way into the module: a row of doubles, then the lengths of the strings, then the strings.

import { SETTINGS, STRINGS } from "#boundary";
import { wasm } from "#wasm";
import type { Engine } from "#bindgen";
import { fault } from "./fault.ts";
import { f64, scratch, u8 } from "./memory.ts";
import { EngineError, type EngineConfig } from "./types.ts";

type Name = keyof EngineConfig;

/** What each setting may be: one of some names, or a value of a kind. */
const VALUES: readonly (readonly [name: Name, values: readonly string[] | "flag" | "octet" | "number"])[] = SETTINGS;
/** The settings in the order of their record. */
const ORDER: readonly Name[] = [...VALUES.map(([name]) => name), "reconnect", "reconnect", ...STRINGS];

function refused(name: Name): EngineError {
  const reason = (STRINGS as readonly Name[]).includes(name) ? "too long, or not ISO-8859-1, or with a NUL" : "not a value for this option";
  return new EngineError("invalid-option", `${name}: ${reason}`, name);
}

/** A setting as a number; NaN if it is not given. */
function numberOf([name, values]: (typeof VALUES)[number], value: unknown): number {
  if (value === undefined || value === null) return NaN;
  if (typeof values !== "string") {
    const at = values.indexOf(value as string);
    if (at >= 0) return at;
  } else if (values === "flag") {
    if (typeof value === "boolean") return Number(value);
  } else if (typeof value === "number" && (values === "octet" ? Number.isInteger(value) : !Number.isNaN(value))) {
    return value;
  }
  throw refused(name);
}

/** The least and the longest time before a connection is made again: two zeros for never. */
function reconnectTimes(times: EngineConfig["reconnect"]): number[] {
  if (times === undefined) return [NaN, NaN];
  if (times === null) return [0, 0];
  if (!(times.min >= 1 && times.max >= times.min)) throw refused("reconnect");
  return [times.min, times.max];
}

function latin1(name: Name, text: unknown): number[] {
  if (text === undefined || text === null) return [];
  if (typeof text !== "string") throw refused(name);
  const units = Array.from(text, (char) => char.codePointAt(0)!);
  if (units.some((unit) => unit > 0xff)) throw refused(name);
  return units;
}

/**
 * Writes the settings to the start of the scratch room, with `extra` octets of room behind them, and returns their length.
 * @throws EngineError for a setting that can't be
 */
function writeSettings(config: EngineConfig, extra = 0): number {
  const strings = STRINGS.map((name) => latin1(name, config[name]));
  const numbers = VALUES.map((setting) => numberOf(setting, config[setting[0]]));
  const doubles = [...numbers, ...reconnectTimes(config.reconnect), ...strings.map((octets) => octets.length)];
  const octets = strings.flat();
  const length = doubles.length * 8 + octets.length;
  const address = scratch(length + extra);
  f64.set(doubles, address >> 3);
  u8.set(octets, address + doubles.length * 8);
  return length;
}

/** Calls into the module, which throws the place of a setting that can't be. */
function withSettings<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw typeof error === "number" ? refused(ORDER[error]!) : fault(error);
  }
}

/**
 * A session of the module.
 * @throws EngineError for a setting that can't be
 */
export function newEngine(config: EngineConfig, now: number): Engine {
  const length = writeSettings(config);
  return withSettings(() => new wasm.Engine(length, now));
}

/**
 * Joins the PDUs of a message's segments. Returns where its record is, 0 if there is no segment among them.
 * @throws EngineError for a setting that can't be
 */
export function joinFrames(config: EngineConfig, frames: Uint8Array[]): number {
  const octets = frames.reduce((sum, frame) => sum + frame.length, 0);
  const length = writeSettings(config, octets);
  let at = scratch(length + octets) + length;
  for (const frame of frames) {
    u8.set(frame, at);
    at += frame.length;
  }
  return withSettings(() => wasm.join_segments(length, octets));
}
