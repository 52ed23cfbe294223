import type { OpenTransport } from "../engine/transport.ts";

/**
 * Connections whose octets are shown as they pass. They are shown in their order, each chunk as a copy and in a turn of its own: whoever
 * is shown them may call the module, which is in the middle of its work when it writes.
 */
export function tapped(open: OpenTransport, show: (direction: "in" | "out", octets: Uint8Array) => void): OpenTransport {
  const showLater = (direction: "in" | "out", octets: Uint8Array): void => {
    const copy = octets.slice();
    queueMicrotask(() => show(direction, copy));
  };
  return async (handler, signal, endpoint) => {
    const data = (chunk: Uint8Array): void => {
      showLater("in", chunk);
      handler.data(chunk);
    };
    const transport = await open({ data, drain: () => handler.drain(), end: (error) => handler.end(error) }, signal, endpoint);
    return {
      write(octets) {
        showLater("out", octets);
        return transport.write(octets);
      },
      close: () => transport.close(),
      destroy: () => transport.destroy(),
    };
  };
}

/** Connections that announce what they are about to write. Where that throws, nothing is written, and the connection ends with it. */
export function announced(open: OpenTransport, announce: (octets: Uint8Array) => void): OpenTransport {
  return async (handler, signal, endpoint) => {
    const transport = await open(handler, signal, endpoint);
    return {
      write(octets) {
        // A copy: what is announced may use the module, whose memory then moves.
        const copy = octets.slice();
        try {
          announce(copy);
        } catch (error) {
          // Not at once: the engine is in the middle of its work when it writes.
          queueMicrotask(() => {
            handler.end(new Error("beforeWrite threw", { cause: error }));
            transport.destroy();
          });
          return false;
        }
        return transport.write(copy);
      },
      close: () => transport.close(),
      destroy: () => transport.destroy(),
    };
  };
}
