import { invalid } from "./errors.ts";

/**
 * The URL that is given, or that of the environment variable `SMPP_URL`, where the runtime has such variables and lets this program read them.
 * @throws {SmppError} `"invalid-option"`
 */
export function orDefault(url: string | URL | undefined): string | URL {
  const found = url ?? fromEnvironment();
  if (found === undefined || found === "") throw invalid("invalid-option", "url", "there is none, and no environment variable SMPP_URL");
  return found;
}

function fromEnvironment(): string | undefined {
  try {
    return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.["SMPP_URL"];
  } catch {
    // Deno refuses it without a permission.
    return undefined;
  }
}
