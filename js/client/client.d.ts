import type { Link } from "../engine/link.ts";
import type { OpenTransport } from "../engine/transport.ts";
import type { EngineConfig, LinkSink, PduInput } from "../engine/types.ts";
import type { Settings } from "./options.ts";
import { Sent } from "./sent.ts";
import type { BulkOptions, BulkSummary, CancelOptions, Message, MessageRef, QueryResult, Replacement, Report, Response, SmsMessage, Stats } from "./types.ts";
/** Makes the link that a client drives. */
export type MakeLink = (config: EngineConfig, sink: LinkSink, open: OpenTransport) => Pick<Link, "start" | "sendSms" | "request" | "respond" | "cancel" | "close" | "destroy" | "stats">;
/** A bound session with an SMSC, and its successors when the connection is lost. Made by {@link connect}. */
export declare class SmppClient implements AsyncDisposable {
    #private;
    /** @internal Use {@link connect}. */
    constructor(settings: Settings, makeLink: MakeLink, open: OpenTransport);
    /** @internal Connects and binds; settles within the bind timeout. */
    open(): Promise<void>;
    /** The system_id by which the SMSC named itself, and the version of SMPP in force (0x34 is 3.4). */
    get peer(): {
        readonly systemId: string;
        readonly version: number;
    };
    /**
     * Sends an SMS. Resolves when the SMSC has answered for each of its segments and accepted at least one; segments it did not
     * accept make the result `"partial"`.
     *
     * @throws {SmppError} None was accepted. `outcome` tells whether the SMSC refused it, or may have taken it, or never saw it:
     * - the status of the SMSC (`"rejected"`), {@link ThrottledError} if it was too busy for as long as the message is valid;
     * - {@link TimeoutError} and {@link ConnectionLostError} (`"unknown"`, or `"not-sent"` if it was still queued);
     * - the codes `"invalid-field"`, `"unencodable"`, `"too-many-segments"`, `"queue-full"`, `"closed"`, `"aborted"` (`"not-sent"`).
     */
    sendSms(message: SmsMessage): Promise<Sent>;
    /**
     * Sends many messages, from an array, a generator or an async one, as fast as window and rate allow. `onResult` gets each
     * message's result, in the order of the messages; a message that fails does not stop the others. Memory stays bounded: of the
     * source at most 1,000 messages are taken ahead of the results.
     *
     * Resolves with the numbers. Rejects when the source or `onResult` throws (with that error) or the signal is aborted; then no more
     * messages are taken, those under way are cancelled, and their results are told first (unless `onResult` threw).
     */
    sendMany(messages: Iterable<SmsMessage> | AsyncIterable<SmsMessage>, options?: BulkOptions): Promise<BulkSummary>;
    /**
     * Sends any request, with any fields and TLVs by the specification's names, and resolves with its response:
     * `request({ command: "data_sm", destination_addr: "491701234567", tlvs: { message_payload: octets } })`.
     *
     * @throws {SmppError} As {@link SmppClient.sendSms}.
     */
    request(pdu: PduInput, options?: {
        signal?: AbortSignal;
    }): Promise<Response>;
    /**
     * Asks what became of a message (query_sm).
     * @param messageId as in {@link Sent.messageId} or a segment's
     * @throws {SmppError} As {@link SmppClient.sendSms}; ESME_RQUERYFAIL if the SMSC doesn't know it.
     */
    query(messageId: string, options?: MessageRef): Promise<QueryResult>;
    /**
     * Takes back a message that the SMSC has not delivered yet (cancel_sm).
     * @throws {SmppError} As {@link SmppClient.sendSms}; ESME_RCANCELFAIL if it is too late.
     */
    cancel(messageId: string, options?: CancelOptions): Promise<void>;
    /**
     * Puts another text in place of a message that the SMSC has not delivered yet (replace_sm). The PDU names no encoding: the
     * text has to be in the one the message was submitted with.
     * @throws {SmppError} As {@link SmppClient.sendSms}; ESME_RREPLACEFAIL if it is too late.
     */
    replace(messageId: string, replacement: Replacement): Promise<void>;
    /**
     * The delivery reports from now on, for `for await`. The SMSC has its answer to a report when the next one is asked for or the loop
     * ends. The loop ends with the client, and throws if that ended by an error. Every loop, and `onReport`, gets every report.
     */
    reports(): AsyncIterableIterator<Report>;
    /** The inbound messages from now on, for `for await`, with the rules of {@link SmppClient.reports}. */
    messages(): AsyncIterableIterator<Message>;
    /** The present state and the counters. */
    stats(): Stats;
    /**
     * Sends what is queued, waits for the answers, unbinds and closes. Resolves when the connection is closed, always, also when called again.
     * Whatever waits then is settled.
     */
    close(): Promise<void>;
    [Symbol.asyncDispose](): Promise<void>;
}
