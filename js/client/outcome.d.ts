import type { CloseDetail } from "../engine/types.ts";
import { Outcome } from "../engine/types.ts";
import { ConnectionLostError, SmppError } from "./errors.ts";
/** The error that an outcome of the engine is, or undefined if the request was accepted. */
export declare function failure(outcome: Outcome, status: number, command: string, signal: AbortSignal | undefined): SmppError | undefined;
/** The error for the end of a connection. `command` is the bind. */
export declare function closeError(detail: CloseDetail, command: string): SmppError;
/** The error for what a call into the engine threw: something in the request it can't use, or a defect. */
export declare function refusal(error: unknown, command: string): SmppError;
/** The client is closed and takes or gives nothing more. */
export declare function closedError(command: string, outcome: "unknown" | "not-sent"): ConnectionLostError;
