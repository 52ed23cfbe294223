/** Makes errors of the plain objects that the module throws for what the caller did wrong; see src/wasm/error.rs. */
export declare function engineCall<T>(use: () => T): T;
