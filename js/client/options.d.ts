import type { EngineConfig } from "../engine/types.ts";
import type { ConnectOptions, TlsOptions } from "./types.ts";
/** Where to connect to. `tls` is undefined for plain TCP. */
export interface Target {
    host: string;
    port: number;
    tls: TlsOptions | undefined;
}
/** The options, checked and with the URL's part in them. */
export interface Settings {
    target: Target;
    engine: EngineConfig;
    options: ConnectOptions;
}
/** Reads the URL and the options. Errors never repeat a value, since one may be the password. */
export declare function readOptions(url: string | URL, given?: ConnectOptions): Settings;
