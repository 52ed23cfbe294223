/** An error as `application/problem+json` (RFC 9457). */
export interface Problem {
  /** `urn:smpp-edge:problem:<code>`. */
  type: string;
  title: string;
  status: number;
  detail?: string;
  /** What is wrong with which field, for `invalid-message` and its like. */
  errors?: { path: string; message: string }[];
  /** Seconds after which the message passes, where a limit refused it. */
  retryAfter?: number;
  /** Of `duplicate`: the first message. */
  id?: string;
  /** The command_status, where the SMSC refused. */
  smpp?: { code: number; name: string };
  /** Characters that the chosen encoding lacks (index in UTF-16 units). */
  unencodable?: { index: number; char: string }[];
}

const TITLES = {
  "malformed-json": [400, "The body is not JSON"],
  "invalid-cursor": [400, "The cursor is not one that was handed out"],
  "invalid-query": [400, "A parameter can't be used"],
  "invalid-key": [400, "The Idempotency-Key can't be used"],
  "unauthorized": [401, "An API key is needed"],
  "local-only": [403, "Without API keys only this machine is served, under development"],
  "forbidden": [403, "This API key may not do that"],
  "not-found": [404, "Not found"],
  "method-not-allowed": [405, "This method is not for this address"],
  "not-cancellable": [409, "The message can't be cancelled any more"],
  "in-flight": [409, "The message is on its way to the SMSC"],
  "refused": [409, "The SMSC refused"],
  "too-large": [413, "The body is too large"],
  "unsupported-type": [415, "The body's type is not supported"],
  "invalid-body": [422, "The body can't be used"],
  "invalid-message": [422, "The message can't be sent"],
  "no-route": [422, "No route takes the message"],
  "refused-by-route": [422, "A route refuses the message"],
  "opted-out": [422, "The recipient has opted out"],
  "key-reused": [422, "The Idempotency-Key was used for another request"],
  "upgrade-required": [426, "Only WebSockets are served here"],
  "rate-limited": [429, "Too many messages for this API key"],
  "queue-full": [429, "The queue is full"],
  "internal": [500, "Something went wrong here"],
  "misconfigured": [500, "The gateway is not set up"],
  "unavailable": [503, "It can't be done at the moment"],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof TITLES;

export function problem(code: ProblemCode, detail?: string, more?: Partial<Problem>): Problem {
  const [status, title] = TITLES[code];
  return { type: `urn:smpp-edge:problem:${code}`, title, status, ...(detail === undefined ? {} : { detail }), ...more };
}

/** Ends a request with a {@link Problem}. */
export class ProblemError extends Error {
  override readonly name: string = "ProblemError";
  readonly problem: Problem;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, detail?: string, more?: Partial<Problem>, headers: Record<string, string> = {}) {
    const faults = more?.errors?.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");
    super(detail ?? faults ?? TITLES[code][1]);
    this.problem = problem(code, detail, more);
    this.headers = headers;
  }

  static of(problem: Problem): ProblemError {
    const { retryAfter } = problem;
    return Object.assign(new ProblemError("internal", problem.detail ?? problem.title, undefined, retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }), { problem });
  }
}

/** Headers of every answer of the API: it is data, for the one who asked. */
export const API_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

export function problemResponse(body: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { ...API_HEADERS, "content-type": "application/problem+json", ...headers },
  });
}
