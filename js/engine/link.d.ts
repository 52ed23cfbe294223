import type { OpenTransport, Transport, TransportHandler } from "./transport.ts";
import { type EngineConfig, type EngineStats, type LinkSink, type LinkState, type PduInput, type SmsFields } from "./types.ts";
/** One session of the engine and its connection, if it has one. */
export declare class Link {
    #private;
    /**
     * @param config the session's settings
     * @param sink who is told what happens
     * @param open makes the connections of an ESME; none for an SMSC, which is given its connection by `accept`
     * @throws EngineError for a setting that can't be
     */
    constructor(config: EngineConfig, sink: LinkSink, open?: OpenTransport);
    /** Where the session stands. */
    get state(): LinkState;
    /** ESME: connects and binds, and goes on doing so as the reconnection policy says. */
    start(): void;
    /** A connection that the peer made; its octets and its end go to the returned handler. */
    accept(transport: Transport): TransportHandler;
    /**
     * Plans, encodes and queues an SMS. Each of its segments ends in one `settled(ticket, index, …)`.
     * @throws EngineError if it is not taken; nothing is settled then
     */
    sendSms(ticket: number, sms: SmsFields): {
        segments: number;
        encoding: string;
    };
    /**
     * Queues any request. It ends in one `settled(ticket, 0, …)`.
     * @throws EngineError if it is not taken
     */
    request(ticket: number, pdu: PduInput): void;
    /**
     * Answers a request of the peer, with fields of the response if given. False if it was not open any more.
     * @throws EngineError for a field that can't be written
     */
    respond(request: number, status: number, fields?: Omit<PduInput, "command">): boolean;
    /** Gives up what is left of an SMS or of a request: it is settled as cancelled. */
    cancel(ticket: number): void;
    /** Ends in order: the queue is sent, answers are awaited, then unbind. `closed` follows. */
    close(): void;
    /** Ends at once. `closed` follows. */
    destroy(): void;
    /** Figures as they are now. */
    stats(): EngineStats;
}
