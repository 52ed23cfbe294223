import { ConnectionLostError } from "./errors.ts";
import type { Report } from "./types.ts";
/** Answers a report: taken, or to be sent again. */
export type Answer = (request: number, taken: boolean) => void;
/** A report that nobody has taken yet, and whose sender has no answer yet. */
interface Held {
    request: number;
    timer: ReturnType<typeof setTimeout>;
}
/** Brings together messages that asked for reports and the reports, whichever comes first and on whatever connection. */
export declare class Deliveries {
    #private;
    constructor(answer: Answer);
    /** A message that asks for a report is on its way. */
    expect(): void;
    /** The message was not accepted: there will be no report. */
    forget(): void;
    /** The message was accepted, under these keys. `refused`: not all of it. */
    accepted(keys: string[], refused: boolean): Delivery;
    /**
     * Takes a report in. `handled`: a handler or an iterator has it and will answer; otherwise it is answered here: taken if
     * `delivered()` was called for its message, held a moment if that may still happen, else to be sent again.
     */
    offer(key: string, report: Report, request: number, handled: boolean): void;
    /** The client is closed: whoever waits gets `error`. */
    close(error: Error): void;
    /** Somebody waits: the keys are kept until that ends. Returns why it can't be. */
    watch(delivery: Delivery): Error | undefined;
    /** Nobody waits any more, but a report that comes (again) is still known. */
    unwatch(delivery: Delivery): void;
    /** Tells the SMSC that the report was taken after all. */
    release(held: Held): void;
}
/** The reports of one message. */
export declare class Delivery {
    #private;
    /** Of the accepted segments, each once: some SMSCs give all segments one id. */
    readonly keys: string[];
    /** Whether somebody has asked for the result. */
    wanted: boolean;
    held: Held[];
    constructor(owner: Deliveries, keys: string[], refused: boolean);
    /** Takes in a final report; one that comes again changes nothing. */
    add(key: string, report: Report): void;
    fail(error: Error): void;
    wait(timeout: number | undefined, signal: AbortSignal | undefined): Promise<Report>;
}
/** Why nobody can wait any more. */
export declare function closedError(): ConnectionLostError;
export {};
