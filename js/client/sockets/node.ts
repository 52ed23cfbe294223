import { connect as connectPlain } from "node:net";
import { connect as connectTls } from "node:tls";
import type { OpenTransport } from "../../engine/transport.ts";
import type { Target } from "../options.ts";
import { openNodeSocket } from "./node-transport.ts";

/** Connects over node:net, with TLS over node:tls. */
export function openSocket(target: Target): OpenTransport {
  return openNodeSocket(connectPlain, connectTls, target);
}
