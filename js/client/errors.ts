import { UNKNOWN, type LateResult } from "./late.ts";
import { reasonOf } from "./signals.ts";

/**
 * What became of the request that failed.
 * - `"rejected"`: the SMSC answered and refused it; nothing was sent on.
 * - `"unknown"`: it was on the wire and no answer came. The SMSC may have taken it, so a resend may be a second SMS.
 * - `"not-sent"`: it never left. Sending it again is safe.
 */
export type RequestOutcome = "rejected" | "unknown" | "not-sent";

/** Codes of failures that are not a command_status of the SMSC. */
export type LocalCode =
  | "invalid-option" | "invalid-field" | "unencodable" | "too-many-segments" | "queue-full" | "bind-type"
  | "timeout" | "connection-lost" | "connection-failed" | "protocol" | "closed" | "aborted" | "unbound"
  | "no-report" | "unsupported" | "wrong-context" | "engine";

/** The parts of an {@link SmppError}. */
export interface SmppErrorInit {
  code: number | LocalCode;
  name?: string;
  command?: string;
  retryable?: boolean;
  outcome: RequestOutcome;
  field?: string | undefined;
  unencodable?: { index: number; char: string }[] | undefined;
  tag?: string | undefined;
  info?: string | undefined;
  cause?: unknown;
}

/** Sets what {@link SmppError.late} gives; `late` is called when somebody asks. */
export let setLate: (error: SmppError, late: () => Promise<LateResult>) => void;

/** Every error of this package. */
export class SmppError extends Error {
  static {
    setLate = (error, late) => (error.#late = late);
  }

  /** The command_status of the SMSC as a number, or a word for what went wrong on this side. */
  readonly code: number | LocalCode;
  /** The name of the status, such as `"ESME_RTHROTTLED"`; without a status the name of the class. */
  override readonly name: string;
  /** The request that failed, by the specification's name: `"submit_sm"`. Empty if there was none. */
  readonly command: string;
  /** True if the same request can be made again later with a chance, and without the danger of a second SMS. */
  readonly retryable: boolean;
  readonly outcome: RequestOutcome;
  /** The option or field at fault, for the codes `"invalid-option"` and `"invalid-field"`. */
  declare readonly field?: string;
  /** What the chosen encoding can't carry (index in UTF-16 units), for the code `"unencodable"`. */
  declare readonly unencodable?: { index: number; char: string }[];
  /** The `tag` of the message that failed. */
  declare readonly tag?: string;
  /** What the SMSC says of its refusal in words of its own (additional_status_info_text). */
  declare readonly info?: string;

  #late: (() => Promise<LateResult>) | undefined;
  #lateResult: Promise<LateResult> | undefined;

  constructor(message: string, init: SmppErrorInit) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.name = init.name ?? "SmppError";
    this.command = init.command ?? "";
    this.retryable = init.retryable ?? false;
    this.outcome = init.outcome;
    if (init.field !== undefined) this.field = init.field;
    if (init.unencodable !== undefined) this.unencodable = init.unencodable;
    if (init.tag !== undefined) this.tag = init.tag;
    if (init.info !== undefined) this.info = init.info;
  }

  /**
   * With `outcome: "unknown"`, what it turned out to be: an answer that comes late, or the report that `delivered()` no longer waited
   * for. Never rejects, and settles with the connection or the client at the latest. Undefined with any other outcome.
   */
  get late(): Promise<LateResult> | undefined {
    if (this.outcome !== "unknown") return undefined;
    return (this.#lateResult ??= this.#late?.() ?? Promise.resolve(UNKNOWN));
  }
}

/** The SMSC refused the bind: `code` and `name` are its status, such as `"ESME_RINVPASWD"`. */
export class BindError extends SmppError {
  constructor(message: string, init: SmppErrorInit) {
    super(message, { name: "BindError", ...init });
  }
}

/** ESME_RTHROTTLED or ESME_RMSGQFUL, for as long as the message's time allowed a retry. */
export class ThrottledError extends SmppError {
  constructor(message: string, init: SmppErrorInit) {
    super(message, { name: "ThrottledError", ...init });
  }
}

/** No answer came in time. */
export class TimeoutError extends SmppError {
  constructor(message: string, init: SmppErrorInit) {
    super(message, { name: "TimeoutError", ...init });
  }
}

/** The connection could not be made, or was lost. */
export class ConnectionLostError extends SmppError {
  constructor(message: string, init: SmppErrorInit) {
    super(message, { name: "ConnectionLostError", ...init });
  }
}

/** The peer does not speak SMPP, or broke its rules. */
export class ProtocolError extends SmppError {
  constructor(message: string, init: SmppErrorInit) {
    super(message, { name: "ProtocolError", ...init });
  }
}

/** The error for an option or a field that can't be used as it is. */
export function invalid(code: "invalid-option" | "invalid-field", field: string, expected: string, cause?: unknown): SmppError {
  return new SmppError(`${field}: ${expected}`, { code, field, outcome: "not-sent", cause });
}

/** The error for something that was cancelled by an AbortSignal; its reason becomes the cause. */
export function aborted(signal: AbortSignal | undefined, command: string, outcome: RequestOutcome): SmppError {
  return new SmppError(`${command || "the operation"} was aborted`, {
    code: "aborted", name: "AbortError", command, outcome, retryable: outcome === "not-sent", cause: reasonOf(signal),
  });
}
