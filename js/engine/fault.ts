import { forgetScratch } from "./memory.ts";
import { EngineError } from "./types.ts";

/** What a call into the module threw: an EngineError if the caller did wrong, see src/wasm/error.rs; anything else means that the module broke. */
export function fault(error: unknown): unknown {
  if (typeof error === "object" && error !== null && "code" in error && !(error instanceof Error)) {
    const { code, message, field, unencodable } = error as EngineError;
    return new EngineError(code, message, field, unencodable);
  }
  forgetScratch();
  return error;
}

/** Calls into the module, with what it throws as {@link fault} has it. */
export function engineCall<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw fault(error);
  }
}
