import { MAX_BODY } from "../model/input.ts";
import { join } from "../model/octets.ts";
import { ProblemError } from "../model/problem.ts";

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The body of a request, at most {@link MAX_BODY} octets of it: a longer one is refused before it is read in whole. */
export async function readBody(request: Request): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > MAX_BODY) throw tooLarge();
  // A body whose length is known is read by one call of the runtime: over HTTP it can't be longer.
  const octets = announced === null ? await gather(request.body ?? []) : new Uint8Array(await request.arrayBuffer());
  if (octets.length > MAX_BODY) throw tooLarge();
  return octets;
}

/** A body of unknown length, read as long as it is not too long. */
async function gather(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    if (length > MAX_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  return join(chunks, length);
}

/** The media type of the body, without parameters. */
export function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
}

/** The character set that the body's type names, empty if it names none. */
function charset(request: Request): string {
  return /;\s*charset="?([^\s;"]*)/i.exec(request.headers.get("content-type")!)?.[1] ?? "";
}

/** The body as JSON, and as the text that it was. */
export async function readJson(request: Request): Promise<{ value: unknown; text: string }> {
  if (mediaType(request) !== "application/json") throw new ProblemError("unsupported-type", "application/json is expected");
  if (!/^(utf-?8|us-ascii|)$/i.test(charset(request))) throw new ProblemError("unsupported-type", "UTF-8 is expected");
  const text = decode(await readBody(request));
  try {
    return { value: JSON.parse(text), text };
  } catch {
    throw new ProblemError("malformed-json");
  }
}

export function decode(octets: Uint8Array): string {
  try {
    return UTF_8.decode(octets);
  } catch {
    throw new ProblemError("malformed-json", "The body is not UTF-8");
  }
}

function tooLarge(): ProblemError {
  return new ProblemError("too-large", `At most ${MAX_BODY} octets are taken`);
}
