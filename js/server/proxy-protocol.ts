// The header by which a proxy passes on a client's address: PROXY protocol, versions 1 and 2, as HAProxy's specification has it.

import { isIPv4, isIPv6, type Socket } from "node:net";

/** Longest header of version 1, and most of version 2 that is waited for: room for its TLVs. */
const LONGEST_V1 = 107;
const LONGEST_V2 = 4_096;
const SIGNATURE_V1 = Buffer.from("PROXY ");
const SIGNATURE_V2 = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
const HEAD_V2 = 16;
/** Version 2 with the commands LOCAL and PROXY. */
const LOCAL = 0x20;
const PROXY = 0x21;
/** Address families with transports of version 2, and the bytes of an address. */
const FAMILIES = new Map([[0x11, 4], [0x21, 16]]);
/** No address, or that of a socket of Unix. */
const UNADDRESSED = new Set([0x00, 0x31]);

/** A header: its length, and the client's address and port. `undefined` there: the proxy speaks for itself, or knows none. */
interface Header {
  length: number;
  address: string | undefined;
}

/** Reads the header at the start of `bytes`: undefined while it is not complete. Throws for anything else. */
export function parseProxyHeader(bytes: Buffer): Header | undefined {
  if (startsLike(bytes, SIGNATURE_V1)) return parseText(bytes);
  if (startsLike(bytes, SIGNATURE_V2)) return parseBinary(bytes);
  throw new Error("no PROXY header");
}

function startsLike(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length);
  return bytes.subarray(0, length).equals(signature.subarray(0, length));
}

function parseText(bytes: Buffer): Header | undefined {
  const end = bytes.subarray(0, LONGEST_V1).indexOf("\r\n");
  if (end < 0) {
    if (bytes.length >= LONGEST_V1) throw new Error("a PROXY header without an end");
    return undefined;
  }
  const line = bytes.toString("latin1", SIGNATURE_V1.length, end);
  const length = end + 2;
  if (/^UNKNOWN( |$)/.test(line)) return { length, address: undefined };
  const [, family, source = "", destination = "", ...ports] = /^(TCP[46]) (\S+) (\S+) (\d{1,5}) (\d{1,5})$/.exec(line) ?? [];
  const isAddress = family === "TCP4" ? isIPv4 : isIPv6;
  if (family === undefined || !isAddress(source) || !isAddress(destination) || ports.some((port) => Number(port) > 65_535)) throw new Error("a PROXY header with a wrong address");
  return { length, address: `${source}:${Number(ports[0])}` };
}

function parseBinary(bytes: Buffer): Header | undefined {
  if (bytes.length < HEAD_V2) return undefined;
  const [command, family] = [bytes[12]!, bytes[13]!];
  const length = HEAD_V2 + bytes.readUInt16BE(14);
  if (command !== LOCAL && command !== PROXY) throw new Error("a PROXY header of another version");
  if (length > LONGEST_V2) throw new Error("a PROXY header that is too long");
  const size = FAMILIES.get(family);
  if (command === PROXY && size === undefined && !UNADDRESSED.has(family)) throw new Error("a PROXY header for something else than TCP");
  if (command === PROXY && size !== undefined && length < HEAD_V2 + 2 * size + 4) throw new Error("a PROXY header without its address");
  if (bytes.length < length) return undefined;
  if (command === LOCAL || size === undefined) return { length, address: undefined };
  const source = bytes.subarray(HEAD_V2, HEAD_V2 + size);
  return { length, address: `${size === 4 ? source.join(".") : addressOf(source)}:${bytes.readUInt16BE(HEAD_V2 + 2 * size)}` };
}

/** An IPv6 address in its short form. */
function addressOf(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

/**
 * Reads the header of a connection, and leaves what follows it in the socket, which is paused then. Resolves with the client's address and
 * port, or the proxy's where the header has none. Rejects if the header is wrong or does not come in time.
 */
export function readProxyHeader(socket: Socket, within: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const end = (error: Error | undefined): void => {
      clearTimeout(timer);
      socket.off("data", onData).off("close", onClose).pause();
      if (error) reject(error);
    };
    const onClose = (): void => end(new Error("no PROXY header before the end"));
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      try {
        const header = parseProxyHeader(bytes);
        if (header === undefined) return;
        end(undefined);
        if (header.length < bytes.length) socket.unshift(bytes.subarray(header.length));
        resolve(header.address ?? `${socket.remoteAddress}:${socket.remotePort}`);
      } catch (error) {
        end(error as Error);
      }
    };
    const timer = setTimeout(() => end(new Error(`no PROXY header within ${within} ms`)), within);
    socket.on("data", onData).on("close", onClose).on("error", () => {});
  });
}
