/** Answers an inbound request: taken, or to be sent again. */
export type Respond = (request: number, taken: boolean) => void;
/**
 * Hands what comes in to a handler and to iterators, and answers the SMSC once all that have it are done with it: the handler when
 * its promise settles, an iterator when its next item is asked for or its loop ends. One that throws makes the answer "send again".
 */
export declare class Inbound<T> {
    #private;
    /** `complain` is told what the handler threw. */
    constructor(handler: ((item: T) => unknown) | undefined, respond: Respond, complain: (error: unknown) => void);
    /** False: nobody is there to take it, and it is not answered. */
    offer(item: T, request: number): boolean;
    /** From now on what comes in is kept for the iterator until it is asked for. */
    iterate(): AsyncIterableIterator<T>;
    /** Nothing more will come: iterators end, or throw `error`. */
    close(error: Error | undefined): void;
}
/** Whether it can be awaited. */
export declare function isThenable(value: unknown): value is PromiseLike<unknown>;
