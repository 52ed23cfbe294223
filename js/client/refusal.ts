import { statusCode } from "../engine/codec.ts";
import { invalid } from "./errors.ts";

const ESME_RX_T_APPN = 0x64;

/**
 * Thrown by `onMessage`, `onReport` or `onSegment`, it refuses the item for good: the SMSC gets this status, and does not send the item
 * again. Any other error stands for ESME_RX_T_APPN, so that the SMSC tries again later.
 *
 * @example throw new Refusal("ESME_RX_P_APPN")
 */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** The command_status, by name or number. */
  readonly status: string | number;

  /** @throws {SmppError} `"invalid-field"` for what can't be a status, and for ESME_ROK. */
  constructor(status: string | number) {
    const named = typeof status === "string" && isRefusing(status);
    const numbered = typeof status === "number" && Number.isInteger(status) && status > 0 && status <= 0xffff_ffff;
    if (!named && !numbered) {
      throw invalid("invalid-field", "status", 'expected the name of a command_status, such as "ESME_RX_P_APPN", or its number from 1; ESME_ROK does not refuse');
    }
    super(`refused with ${status}`);
    this.status = status;
  }
}

/** Whether it is the name of a command_status but ESME_ROK. Before the module is loaded, whether it looks like one. */
function isRefusing(name: string): boolean {
  try {
    return statusCode(name) !== undefined;
  } catch {
    return name.startsWith("ESME_") && name !== "ESME_ROK";
  }
}

/** The status that an error of a handler stands for, and whether the error is one to report. */
export function statusOf(error: unknown): { status: number; report: boolean } {
  const given = error instanceof Refusal ? error.status : undefined;
  const status = typeof given === "string" ? statusCode(given) : given;
  return { status: status ?? ESME_RX_T_APPN, report: status === undefined };
}
