import type { OpenTransport } from "../../engine/transport.ts";
import type { Target } from "../options.ts";
import type { SocketFactory } from "../types.ts";
/** Connections made by `connect`, of `cloudflare:sockets` or any function like it. */
export declare function openWinterTc(connect: SocketFactory, target: Target): OpenTransport;
