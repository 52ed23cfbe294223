import type { Address, EngineReport } from "./types.ts";
/** Begins the batch that the doubles from number `block` on describe. Its text and octets are copied; its words are not. */
export declare function begin(block: number): void;
/** Whether words are left. */
export declare function more(): boolean;
export declare function number(): number;
export declare function flag(): boolean;
export declare function optionalNumber(): number | undefined;
export declare function text(): string;
export declare function optionalText(): string | undefined;
export declare function bytes(): Uint8Array;
export declare function optionalBytes(): Uint8Array | undefined;
/** As many as the first word says. */
export declare function list<T>(read: () => T): T[];
export declare function address(): Address;
/** A delivery receipt, without the PDU it came in. */
export declare function report(): Omit<EngineReport, "frame">;
