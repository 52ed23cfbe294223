const prototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
const intrinsic = (name: string) => Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: Uint8Array) => unknown;
const [readBuffer, readOffset, readLength] = [intrinsic("buffer"), intrinsic("byteOffset"), intrinsic("length")];
const readName = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.get as (this: unknown) => string | undefined;

/**
 * A view of the octets as they are, whatever a class or a proxy says of its length; undefined if the value is no Uint8Array, of this realm
 * or of another one, such as that of a test runner.
 */
export function exactOctets(value: unknown): Uint8Array | undefined {
  try {
    if (readName.call(value) !== "Uint8Array") return undefined;
    const octets = value as Uint8Array;
    return new Uint8Array(readBuffer.call(octets) as ArrayBuffer, readOffset.call(octets) as number, readLength.call(octets) as number);
  } catch {
    return undefined;
  }
}
