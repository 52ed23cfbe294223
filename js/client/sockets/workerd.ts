import { connect } from "cloudflare:sockets";
import type { OpenTransport } from "../../engine/transport.ts";
import type { Target } from "../options.ts";
import type { SocketFactory } from "../types.ts";
import { refuseTlsOptions } from "./unsupported.ts";
import { openWinterTc } from "./wintertc.ts";

/** Connections over `cloudflare:sockets`. The certificate has to be one that the public authorities vouch for. */
export function openSocket(target: Target): OpenTransport {
  refuseTlsOptions(target.tls, ["ca", "cert", "key", "servername", "rejectUnauthorized"], "workerd");
  return openWinterTc(connect as unknown as SocketFactory, target);
}
