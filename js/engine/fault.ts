import { forgetScratch } from "./memory.ts";
import { EngineError, type EngineErrorCode } from "./types.ts";

/** What a call into the module threw: an EngineError if the caller did wrong; anything else means that the module broke. */
export function fault(error: unknown): unknown {
  if (typeof error === "string") return refusal(error);
  if (!(error instanceof EngineError)) forgetScratch();
  return error;
}

/** What src/wasm/error.rs put together. */
function refusal(error: string): EngineError {
  const [code, field, message, ...characters] = error.split("\0");
  const unencodable = characters.map((character) => {
    const [index, codePoint] = character.split(" ").map(Number);
    return { index: index!, char: String.fromCodePoint(codePoint!) };
  });
  return new EngineError(code as EngineErrorCode, message!, field || undefined, code === "unencodable" ? unencodable : undefined);
}

/** Calls into the module, with what it throws as {@link fault} has it. */
export function engineCall<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw fault(error);
  }
}
