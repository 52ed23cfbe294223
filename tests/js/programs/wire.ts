// PDUs as the peer writes and reads them, by code of its own.

export const Id = {
  genericNack: 0x80000000, bindReceiver: 1, bindTransmitter: 2, submitSm: 4, deliverSm: 5, unbind: 6, bindTransceiver: 9, outbind: 0x0b, enquireLink: 0x15, alert: 0x102, dataSm: 0x103,
} as const;
export const RESPONSE = 0x80000000;

export interface Header {
  id: number;
  status: number;
  sequence: number;
  frame: Uint8Array;
}

export function frame(id: number, status: number, sequence: number, body: Uint8Array | readonly number[] = []): Uint8Array {
  const octets = new Uint8Array(16 + body.length);
  const view = new DataView(octets.buffer);
  [octets.length, id, status, sequence].forEach((word, index) => view.setUint32(index * 4, word >>> 0));
  octets.set(body, 16);
  return octets;
}

const latin1 = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0) & 0xff);
export const cString = (text: string): number[] => [...latin1(text), 0];

/** deliver_sm: a receipt (esm_class 4), a message (0), a segment (0x40, with its header in the text). */
export function deliverSm(sequence: number, esmClass: number, text: readonly number[], dataCoding = 0): Uint8Array {
  return frame(Id.deliverSm, 0, sequence, [0, 1, 1, ...cString("491701234567"), 0, 0, ...cString("12345"), esmClass, 0, 0, 0, 0, 0, 0, dataCoding, 0, text.length, ...text]);
}

export function receipt(sequence: number, id: string, stat: string): Uint8Array {
  return deliverSm(sequence, 4, latin1(`id:${id} sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:${stat} err:000 text:Hello`));
}

export function segment(sequence: number, reference: number, total: number, part: number): Uint8Array {
  return deliverSm(sequence, 0x40, [5, 0, 3, reference, total, part, ...latin1(`part ${part}`)]);
}

/** Cuts a stream into PDUs. */
export class Cutter {
  #rest = new Uint8Array(0);

  push(chunk: Uint8Array): Header[] {
    const all = new Uint8Array(this.#rest.length + chunk.length);
    all.set(this.#rest);
    all.set(chunk, this.#rest.length);
    const found: Header[] = [];
    let at = 0;
    while (all.length - at >= 16) {
      const view = new DataView(all.buffer, at);
      const length = view.getUint32(0);
      if (length < 16 || all.length - at < length) break;
      found.push({ id: view.getUint32(4), status: view.getUint32(8), sequence: view.getUint32(12), frame: all.slice(at, at + length) });
      at += length;
    }
    this.#rest = all.slice(at);
    return found;
  }
}
