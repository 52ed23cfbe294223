import { SmppError } from "../errors.ts";
import type { TlsOptions } from "../types.ts";

/** Throws if TLS options are given that the runtime has no way to honour. */
export function refuseTlsOptions(tls: TlsOptions | undefined, names: (keyof TlsOptions)[], runtime: string): void {
  for (const name of names) {
    if (tls?.[name] === undefined) continue;
    throw new SmppError(`tls.${name}: ${runtime} has no such setting for its sockets`, { code: "unsupported", field: name, outcome: "not-sent" });
  }
}
