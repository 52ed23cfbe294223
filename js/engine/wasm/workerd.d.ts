import type { Exports } from "./exports.ts";
/** The engine, ready for use. */
export declare const wasm: Exports;
/** Resolves when the engine can be used: here it can be from the start. */
export declare function init(): Promise<void>;
