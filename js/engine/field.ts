// A field of a decoded PDU.

import { FieldKind, FieldWords, PlaceWords } from "#boundary";
import { wasm } from "#wasm";
import { refresh } from "./memory.ts";
import type { Batch } from "./reader.ts";

/** A field of a PDU, or a part of one. */
export interface Field {
  /** The specification's name: `"source_addr"`. */
  name: string;
  /** Octets from the start of the input. */
  offset: number;
  /** Octets it takes, the NUL of a string included. */
  length: number;
  /** Those octets, in the memory of the input. */
  readonly bytes: Uint8Array;
  /** C-octet strings without their NUL, as Latin-1; integers; octets; or the entries of a list. */
  value: string | number | Uint8Array | Field[];
  /** What the value means, in words. */
  meaning?: string;
  /** Bit fields, or the parts it is made of. */
  children?: Field[];
}

/** Views of octets and bit fields are dear, and seldom looked at: they are made when they are asked for. */
class PduField implements Field {
  declare name: string;
  declare offset: number;
  declare length: number;
  declare value: Field["value"];
  declare meaning?: string;
  readonly #input: Uint8Array;
  /** Bit fields are those of the octet's value, until they are asked for. */
  #parts: Field[] | BitField[] | undefined;

  constructor(name: string, offset: number, length: number, value: Field["value"], meaning: string | undefined, parts: Field[] | BitField[] | undefined, input: Uint8Array) {
    this.name = name;
    this.offset = offset;
    this.length = length;
    this.value = value;
    if (meaning !== undefined) this.meaning = meaning;
    this.#input = input;
    this.#parts = parts;
  }

  get bytes(): Uint8Array {
    return part(this.#input, this.offset, this.length);
  }

  get children(): Field[] | undefined {
    const parts = this.#parts;
    if (parts === undefined || isMade(parts)) return parts;
    return (this.#parts = parts.map(({ name, value, meaning }) => new PduField(name, this.offset, 1, value, meaning, undefined, this.#input)));
  }

  /** What `JSON.stringify` shows. */
  toJSON(): object {
    return { ...this, bytes: this.bytes, children: this.children };
  }
}

function isMade(parts: Field[] | BitField[]): parts is Field[] {
  return parts[0] instanceof PduField;
}

/** Octets of the input, not copied. */
export function part(input: Uint8Array, offset: number, length: number): Uint8Array {
  return new Uint8Array(input.buffer, input.byteOffset + offset, length);
}

/** The first octet of a field's record, without what follows besides the value. */
const VALUE = FieldKind.WithMeaning - 1;

/** Reads fields, which are of this input. */
export function fieldsOf(input: Uint8Array): (batch: Batch) => Field {
  return read;

  function read(batch: Batch): Field {
    const { words } = batch;
    const at = batch.pass(FieldWords.WORDS);
    const kind = words[at + FieldWords.kind]!;
    const name = batch.textAt(at + FieldWords.name);
    const offset = words[at + FieldWords.offset]!;
    if ((kind & 0xff) === FieldKind.Octet) {
      const [set, octet] = [kind >> 16, (kind >> 8) & 0xff];
      const { meaning, bits } = ((known[set] ??= [])[octet] ??= ask(set, octet));
      return new PduField(name, offset, 1, octet, meaning, bits, input);
    }
    const length = batch.number();
    const value = valueOf(batch, kind & VALUE, offset, length);
    const meaning = (kind & FieldKind.WithMeaning) === 0 ? undefined : text(batch);
    const children = (kind & FieldKind.WithChildren) === 0 ? undefined : batch.list(read);
    return new PduField(name, offset, length, value, meaning, children, input);
  }

  function valueOf(batch: Batch, kind: FieldKind, offset: number, length: number): Field["value"] {
    switch (kind) {
      case FieldKind.Number:
        return batch.number();
      case FieldKind.Text:
        return text(batch);
      case FieldKind.Octets:
        return part(input, offset, length);
      case FieldKind.Fields:
        return batch.list(read);
      default:
        // Of a user data header: behind identifier and length.
        return part(input, offset + 2, length - 2);
    }
  }
}

function text(batch: Batch): string {
  return batch.textAt(batch.pass(PlaceWords.WORDS));
}

/** A bit field, wherever it stands. */
interface BitField {
  name: string;
  value: number;
  meaning: string | undefined;
}

// What is known of octets, by set of values and octet: the module is asked but once.
const known: { meaning: string | undefined; bits: BitField[] | undefined }[][] = [];

function ask(set: number, octet: number): (typeof known)[0][0] {
  const [meaning, ...lines] = wasm.octet_meaning(set, octet).split("\n");
  refresh();
  const bits = lines.map((line) => {
    const [name, value, meaning] = line.split("\t");
    return { name: name!, value: Number(value), meaning: meaning || undefined };
  });
  return { meaning: meaning || undefined, bits: bits.length > 0 ? bits : undefined };
}
