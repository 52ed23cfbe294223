import type { LinkSink } from "./types.ts";
/** What a link does itself about the life of its connection. */
export interface LifeSink {
    connect(): void;
    disconnect(kind: number, status: number, retryIn: number | undefined, message: string): void;
}
/**
 * Reads the batch that the doubles from number `block` on describe and tells it to the sinks. Everything but results is
 * told when all is read: who is told may call the module again.
 */
export declare function readEvents(block: number, sink: LinkSink, life: LifeSink): void;
