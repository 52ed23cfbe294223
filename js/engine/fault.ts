import { wasm } from "#wasm";
import { originalPlaces } from "./compose.ts";
import { forgetScratch } from "./memory.ts";
import { EngineError, type EngineErrorCode } from "./types.ts";

/** Converts what a call into the module threw: an EngineError if the caller did wrong; any other error means that the module broke. */
export function fault(error: unknown): unknown {
  if (typeof error === "string") return refusal(error);
  if (error instanceof EngineError) return error;
  forgetScratch();
  return broken(error);
}

/** The error of a module that broke, with the message and the source location of the panic if it was one. */
function broken(error: unknown): Error {
  let panic = "";
  try {
    panic = wasm.take_panic();
  } catch {
    // The module can't be called any more; the trap itself is all there is to report.
  }
  return new Error(panic || String(error), { cause: error });
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

/** The places of an error's characters in the text that was given: the module knows them in the composed one. */
export function placedIn(text: string | undefined, error: unknown): unknown {
  if (text === undefined || !(error instanceof EngineError) || error.unencodable === undefined) return error;
  const places = originalPlaces(text, error.unencodable.map(({ index }) => index));
  if (places.every((place, i) => place === error.unencodable?.[i]?.index)) return error;
  const found = error.unencodable.map(({ char }, i) => ({ index: places[i] as number, char }));
  const which = found.map(({ index, char }) => `${JSON.stringify(char)} at ${index}`).join(", ");
  return new EngineError("unencodable", `can't be encoded: ${which}`, error.field, found);
}

/** Calls into the module, with what it throws as {@link fault} has it. */
export function engineCall<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw fault(error);
  }
}
