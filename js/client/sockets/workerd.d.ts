import type { OpenTransport } from "../../engine/transport.ts";
import type { Target } from "../options.ts";
/** Connections over `cloudflare:sockets`. The certificate has to be one that the public authorities vouch for. */
export declare function openSocket(target: Target): OpenTransport;
