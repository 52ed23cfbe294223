import type { SmppError } from "./errors.ts";
import type { Sent } from "./sent.ts";
import type { SentSegment } from "./types.ts";
/** Where the result of a message goes that is not awaited by a promise of its own. */
export interface ResultSink {
    settle(index: number, sent: Sent | undefined, error: SmppError | undefined): void;
}
/** One message or request on its way. Slots are used again, so that sending allocates only what the caller gets. */
export declare class Slot {
    /** The promise's, or undefined if `sink` takes the result. */
    resolve: ((value: never) => void) | undefined;
    reject: ((error: SmppError) => void) | undefined;
    sink: ResultSink | undefined;
    /** The message's number in `sink`. */
    index: number;
    /** How many segments it has; 0 as long as the engine has not said. */
    expected: number;
    encoding: string;
    /** The request's name, for errors. */
    command: string;
    /** Whether a delivery report was asked for. */
    report: boolean;
    /** Results so far, by segment. */
    segments: SentSegment[];
    settled: number;
    signal: AbortSignal | undefined;
    onAbort: (() => void) | undefined;
    busy: boolean;
}
/** Slots by ticket: the ticket is the index, and free ones are kept in a list. */
export declare class Slots {
    #private;
    take(): number;
    at(ticket: number): Slot;
    /** Gives the slot back and lets go of everything in it. */
    release(ticket: number): void;
    /** The tickets on their way. */
    busy(): Generator<number>;
}
