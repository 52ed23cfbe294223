import type { OpenTransport } from "../../engine/transport.ts";
import { SmppError } from "../errors.ts";
import type { Target } from "../options.ts";

/** Refuses to connect: browsers have no TCP sockets, so every connection has to come from a `socket` factory. */
export function openSocket(_target: Target): OpenTransport {
  throw new SmppError("this runtime has no TCP sockets: give connect() a socket factory, { socket: (address, options) => … }", {
    code: "unsupported", outcome: "not-sent",
  });
}
