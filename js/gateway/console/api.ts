// Requests to the gateway that serves this page, with the API key if one was entered. It is kept for this tab only, and never in an address.

import type { Problem } from "../model/problem.ts";

const KEY = "smpp-edge-key";

export const key = {
  get: (): string => sessionStorage.getItem(KEY) ?? "",
  set(value: string): void {
    if (value === "") sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, value);
  },
};

/** One server-sent event. */
export interface StreamEvent {
  /** Its time in milliseconds since 1970. */
  id: string;
  type: string;
  data: unknown;
}

/** An answer that is not what was asked for. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(sentence(problem));
    this.problem = problem;
  }
}

/** The answer's JSON; throws {@link ApiError}. */
export async function call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await request(method, path, body, signal);
  return await response.json() as T;
}

/** Reads server-sent events until the stream ends. EventSource can't send a key in a header. */
export async function* follow(path: string, lastEventId: string | undefined, signal: AbortSignal): AsyncGenerator<StreamEvent | undefined> {
  const response = await request("GET", path, undefined, signal, lastEventId === undefined ? {} : { "last-event-id": lastEventId });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) yield parseEvent(block);
  }
}

/** An event's fields; undefined for a comment, which only says that the stream lives. */
function parseEvent(block: string): StreamEvent | undefined {
  const fields = Object.fromEntries(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trimStart()]));
  const { id = "", event, data } = fields;
  return event === undefined || data === undefined ? undefined : { id, type: event, data: JSON.parse(data) as unknown };
}

async function request(method: string, path: string, body: unknown, signal?: AbortSignal, more: Record<string, string> = {}): Promise<Response> {
  const headers = { ...more, ...(body === undefined ? {} : { "content-type": "application/json" }), ...(key.get() === "" ? {} : { authorization: `Bearer ${key.get()}` }) };
  const response = await fetch(path, { method, headers, cache: "no-store", ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}) });
  if (response.ok) return response;
  throw new ApiError(await problemOf(response));
}

/** What the gateway says; what stands between it and the page may answer with something else. */
async function problemOf(response: Response): Promise<Problem> {
  try {
    return await response.json() as Problem;
  } catch {
    return { type: "about:blank", status: response.status, title: `The gateway answered ${response.status}` };
  }
}

function sentence({ title, detail, errors }: Problem): string {
  const faults = (errors ?? []).map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");
  return faults || detail || title;
}
