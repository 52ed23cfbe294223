import type { SmppError } from "./errors.ts";
import type { Sent } from "./sent.ts";
import type { Report, Response } from "./types.ts";

/**
 * What a request turned out to be whose outcome was unknown.
 * - `"accepted"`: the SMSC has answered after all. `sent` is the message of `sendSms` or `sendMany`, `response` the answer to any other request.
 * - `"rejected"`: it has refused it; `error` has the status.
 * - `"reported"`: the final delivery report that `delivered()` did not wait for has come, as `report`.
 * - `"unknown"`: nothing came, and nothing can come any more.
 */
export interface LateResult {
  readonly outcome: "accepted" | "rejected" | "reported" | "unknown";
  readonly sent?: Sent;
  readonly response?: Response;
  readonly report?: Report;
  readonly error?: SmppError;
}

/** Nothing came. */
export const UNKNOWN: LateResult = Object.freeze({ outcome: "unknown" });

/** The result of a request that has ended as unknown, once it is known. */
export class LateOutcome {
  readonly promise: Promise<LateResult>;
  settle!: (result: LateResult) => void;

  constructor() {
    this.promise = new Promise((resolve) => (this.settle = resolve));
  }
}
