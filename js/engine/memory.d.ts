/** The module's memory as octets, 16-bit and 32-bit little-endian words, and doubles. */
export declare let u8: Uint8Array<ArrayBuffer>;
export declare let u16: Uint16Array<ArrayBuffer>;
export declare let u32: Uint32Array<ArrayBuffer>;
export declare let f64: Float64Array<ArrayBuffer>;
/** To be called after each call into the module and before each use of a view. */
export declare function refresh(): void;
/** Room for `length` octets in the module, at an address that is a multiple of 8; valid until the next call. */
export declare function scratch(length: number): number;
