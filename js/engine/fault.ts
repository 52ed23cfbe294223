import { EngineError } from "./types.ts";

/** Makes errors of the plain objects that the module throws for what the caller did wrong; see src/wasm/error.rs. */
export function engineCall<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (typeof error === "object" && error !== null && "code" in error && !(error instanceof Error)) {
      const { code, message, field, unencodable } = error as EngineError;
      throw new EngineError(code, message, field, unencodable);
    }
    throw error;
  }
}
