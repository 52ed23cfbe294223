import { type SmppError } from "./errors.ts";
import type { Sent } from "./sent.ts";
import type { ResultSink } from "./slots.ts";
import type { BulkOptions, BulkSummary, SmsMessage } from "./types.ts";
/** What a bulk needs of the client. */
export interface BulkSender {
    /** Sends; the result goes to `sink.settle(index, …)`, never before this returns. Returns the ticket. Throws if it is not taken. */
    submit(message: SmsMessage, sink: ResultSink, index: number): number;
    cancel(ticket: number): void;
}
/**
 * One `sendMany`: takes messages as fast as they go out and tells the results in order. Memory holds {@link LIMIT} messages, however
 * many there are.
 */
export declare class Bulk implements ResultSink {
    #private;
    constructor(sender: BulkSender, messages: Iterable<SmsMessage> | AsyncIterable<SmsMessage>, options: BulkOptions);
    run(): Promise<BulkSummary>;
    settle(index: number, sent: Sent | undefined, error: SmppError | undefined): void;
}
