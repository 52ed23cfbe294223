import type { OpenTransport } from "../engine/transport.ts";

/** Connections whose octets are shown as they pass. */
export function tapped(open: OpenTransport, show: (direction: "in" | "out", octets: Uint8Array) => void): OpenTransport {
  return async (handler, signal, endpoint) => {
    const data = (chunk: Uint8Array): void => {
      show("in", chunk);
      handler.data(chunk);
    };
    const transport = await open({ data, drain: () => handler.drain(), end: (error) => handler.end(error) }, signal, endpoint);
    return {
      write(octets) {
        show("out", octets.slice());
        return transport.write(octets);
      },
      close: () => transport.close(),
      destroy: () => transport.destroy(),
    };
  };
}
