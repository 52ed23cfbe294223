import { statusHandling, statusMeaning, statusName } from "../engine/codec.ts";
import type { ConnectionWords } from "./connection-words.ts";
import type { CloseDetail } from "../engine/types.ts";
import { Outcome } from "../engine/types.ts";
import { aborted, BindError, ConnectionLostError, ProtocolError, SmppError, ThrottledError, TimeoutError, type LocalCode, type SmppErrorInit } from "./errors.ts";

const ESME_RBINDFAIL = 0x0d;

/** The error for a command_status that the SMSC answered `command` with. `info`: what it said of it (additional_status_info_text). */
export function statusError(status: number, command: string, info?: string): SmppError {
  const handling = statusHandling(status);
  const name = statusName(status);
  const hex = `0x${status.toString(16).toUpperCase().padStart(8, "0")}`;
  const said = info === undefined ? "" : `; the SMSC says ${JSON.stringify(info)}`;
  const meaning = statusMeaning(status);
  const message = `${command} was refused with ${name === "unknown" ? `status ${hex}` : `${name} (${hex})`}${meaning === "" ? "" : `: ${meaning}`}${said}`;
  const retryable = handling === "retry" || handling === "throttle";
  const init: SmppErrorInit = { code: status, name: name === "unknown" ? hex : name, command, retryable, outcome: "rejected", info };
  if (command.startsWith("bind_")) return new BindError(message, init);
  if (handling === "throttle") return new ThrottledError(message, init);
  return new SmppError(message, init);
}

/**
 * The error that an outcome of the engine is, or undefined if the request was accepted. `signal` may have cancelled it, `lostBy` is
 * what the connection failed with.
 */
export function failure(outcome: Outcome, status: number, command: string, signal?: AbortSignal, lostBy?: Error, info?: string): SmppError | undefined {
  switch (outcome) {
    case Outcome.Response:
      return status === 0 ? undefined : statusError(status, command, info);
    case Outcome.Timeout:
      return new TimeoutError(`no answer to ${command} came in time`, { code: "timeout", command, outcome: "unknown" });
    case Outcome.Lost:
      return lostError(command, lostBy);
    case Outcome.Closed:
      return new ConnectionLostError(`the session ended before ${command} was sent`, { code: "closed", command, outcome: "not-sent", retryable: true });
    case Outcome.Cancelled:
      return aborted(signal, command, "not-sent");
    case Outcome.CancelledOnWire:
      return aborted(signal, command, "unknown");
    case Outcome.Expired:
      return status === 0
        ? new TimeoutError(`${command} could not be sent in its time`, { code: "timeout", command, outcome: "not-sent", retryable: true })
        : statusError(status, command);
    case Outcome.Mismatch:
      return status === 0
        ? new ProtocolError(`the answer to ${command} was of another kind`, { code: "protocol", command, outcome: "unknown" })
        : statusError(status, command, info);
    case Outcome.Unsupported:
      return new SmppError(`${command} is not carried by this bind, or not by the peer's version`, { code: "unsupported", command, outcome: "not-sent" });
  }
}

function lostError(command: string, by: Error | undefined): SmppError {
  const init: SmppErrorInit = { code: "connection-lost", command, outcome: "unknown", cause: by };
  if (by instanceof SmppError) return new ConnectionLostError(by.message, { ...init, code: by.code });
  return new ConnectionLostError(`the connection was lost before ${command} was answered`, init);
}

/**
 * The error for the end of a connection. `asked`: the command of the bind that was asked for; `words`: what is known of the connection
 * while it is being made.
 */
export function closeError(detail: CloseDetail, asked: string, words?: ConnectionWords): SmppError {
  const { kind, message, cause, bind } = detail;
  const command = bind === undefined ? asked : `bind_${bind}`;
  if (cause instanceof SmppError) return cause;
  const lost = (code: LocalCode, outcome: "unknown" | "not-sent", retryable: boolean): SmppError =>
    new ConnectionLostError(cause instanceof Error ? `${message}: ${cause.message}` : message, { code, command, outcome, retryable, cause });
  switch (kind) {
    case "refused":
      return statusError(detail.status ?? ESME_RBINDFAIL, command, detail.info);
    case "timeout":
      return new TimeoutError(words?.timeout(command) ?? message, { code: "timeout", command, outcome: "unknown", retryable: true, cause });
    case "protocol":
      return new ProtocolError(message, { code: "protocol", command, outcome: "unknown", cause });
    case "panic":
      return new SmppError(message, { code: "engine", command, outcome: "unknown", cause });
    case "connect":
      return lost("connection-failed", "not-sent", true);
    case "unbound":
      return lost("unbound", "unknown", true);
    case "closed":
      return lost("closed", "unknown", false);
    case "lost":
      return lost("connection-lost", "unknown", true);
  }
}

/** The error for what a call into the engine threw: something in the request it can't use, or a defect. */
export function refusal(error: unknown, command: string): SmppError {
  if (error instanceof SmppError) return error;
  const { code, message, field, unencodable } = error as { code?: string; message: string; field?: string; unencodable?: { index: number; char: string }[] };
  if (error instanceof Error && error.name === "EngineError") {
    if (code === "closed") return closedError(command, "not-sent");
    const retryable = code === "queue-full";
    return new SmppError(message, { code: code as LocalCode, command, outcome: "not-sent", retryable, field, unencodable });
  }
  return new SmppError(`the engine failed: ${String(message)}`, { code: "engine", command, outcome: "unknown", cause: error });
}

/** The client is closed and takes or gives nothing more; `by` ended it, if it was not `close()`. */
export function closedError(command: string, outcome: "unknown" | "not-sent", by?: Error): ConnectionLostError {
  const message = by === undefined ? "the client is closed" : `the client is closed: ${by.message}`;
  return new ConnectionLostError(message, { code: "closed", command, outcome, cause: by });
}
