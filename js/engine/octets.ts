const prototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
const intrinsic = (name: string) => Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: Uint8Array) => unknown;
const [readBuffer, readOffset, readLength] = [intrinsic("buffer"), intrinsic("byteOffset"), intrinsic("length")];

/** A view of the octets as they are, whatever a class or a proxy says of its length; undefined if the value is no Uint8Array. */
export function exactOctets(value: unknown): Uint8Array | undefined {
  try {
    if (!(value instanceof Uint8Array)) return undefined;
    return new Uint8Array(readBuffer.call(value) as ArrayBuffer, readOffset.call(value) as number, readLength.call(value) as number);
  } catch {
    return undefined;
  }
}
