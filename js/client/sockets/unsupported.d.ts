import type { TlsOptions } from "../types.ts";
/** Throws if TLS options are given that the runtime has no way to honour. */
export declare function refuseTlsOptions(tls: TlsOptions | undefined, names: (keyof TlsOptions)[], runtime: string): void;
