// Stored segments to the message or report that they make.

import { joinFrames } from "./config.ts";
import { readJoined } from "./events.ts";
import { refresh } from "./memory.ts";
import type { EngineConfig, EngineMessage, Report } from "./types.ts";

/** @throws EngineError for a setting that can't be */
export function join(pdus: Uint8Array[], config: EngineConfig): { message: EngineMessage } | { report: Report } | undefined {
  const block = joinFrames(config, pdus);
  refresh();
  return block === 0 ? undefined : readJoined(block >> 3);
}
