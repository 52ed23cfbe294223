/**
 * What became of the request that failed.
 * - `"rejected"`: the SMSC answered and refused it; nothing was sent on.
 * - `"unknown"`: it was on the wire and no answer came. The SMSC may have taken it, so a resend may be a second SMS.
 * - `"not-sent"`: it never left. Sending it again is safe.
 */
export type RequestOutcome = "rejected" | "unknown" | "not-sent";
/** Codes of failures that are not a command_status of the SMSC. */
export type LocalCode = "invalid-option" | "invalid-field" | "unencodable" | "too-many-segments" | "queue-full" | "timeout" | "connection-lost" | "connection-failed" | "protocol" | "closed" | "aborted" | "unbound" | "no-report" | "unsupported" | "wrong-context" | "engine";
/** The parts of an {@link SmppError}. */
export interface SmppErrorInit {
    code: number | LocalCode;
    name?: string;
    command?: string;
    retryable?: boolean;
    outcome: RequestOutcome;
    field?: string | undefined;
    unencodable?: {
        index: number;
        char: string;
    }[] | undefined;
    cause?: unknown;
}
/** Every error of this package. */
export declare class SmppError extends Error {
    /** The command_status of the SMSC as a number, or a word for what went wrong on this side. */
    readonly code: number | LocalCode;
    /** The name of the status, such as `"ESME_RTHROTTLED"`; without a status the name of the class. */
    readonly name: string;
    /** The request that failed, by the specification's name: `"submit_sm"`. Empty if there was none. */
    readonly command: string;
    /** True if the same request can be made again later with a chance, and without the danger of a second SMS. */
    readonly retryable: boolean;
    readonly outcome: RequestOutcome;
    /** The option or field at fault, for the codes `"invalid-option"` and `"invalid-field"`. */
    readonly field?: string;
    /** What the chosen encoding can't carry (index in UTF-16 units), for the code `"unencodable"`. */
    readonly unencodable?: {
        index: number;
        char: string;
    }[];
    constructor(message: string, init: SmppErrorInit);
}
/** The SMSC refused the bind: `code` and `name` are its status, such as `"ESME_RINVPASWD"`. */
export declare class BindError extends SmppError {
    constructor(message: string, init: SmppErrorInit);
}
/** ESME_RTHROTTLED or ESME_RMSGQFUL, for as long as the message's time allowed a retry. */
export declare class ThrottledError extends SmppError {
    constructor(message: string, init: SmppErrorInit);
}
/** No answer came in time. */
export declare class TimeoutError extends SmppError {
    constructor(message: string, init: SmppErrorInit);
}
/** The connection could not be made, or was lost. */
export declare class ConnectionLostError extends SmppError {
    constructor(message: string, init: SmppErrorInit);
}
/** The peer does not speak SMPP, or broke its rules. */
export declare class ProtocolError extends SmppError {
    constructor(message: string, init: SmppErrorInit);
}
/** The error for a command_status that the SMSC answered `command` with. */
export declare function statusError(status: number, command: string): SmppError;
/** The error for an option or a field that can't be used as it is. */
export declare function invalid(code: "invalid-option" | "invalid-field", field: string, expected: string): SmppError;
/** The error for something that was cancelled by an AbortSignal; its reason becomes the cause. */
export declare function aborted(signal: AbortSignal | undefined, command: string, outcome: RequestOutcome): SmppError;
