import { Failure, UsageError } from "../failure.ts";

/** Decodes a file piece by piece. */
export interface TextReader {
  /** `undefined` at the end of the file. */
  decode(bytes: Uint8Array | undefined): string;
  /** How many bytes a text takes in the file. */
  byteLength(text: string): number;
}

const MARKS: [bytes: number[], charset: string][] = [
  [[0xef, 0xbb, 0xbf], "utf-8"],
  [[0xff, 0xfe], "utf-16le"],
  [[0xfe, 0xff], "utf-16be"],
];

/** What else is often taken for a file of messages, by its first bytes. */
const OTHER_FILES: [bytes: number[], advice: string][] = [
  [[0x50, 0x4b, 0x03, 0x04], "this is a workbook (.xlsx, .ods), not CSV: save it as CSV UTF-8 in the spreadsheet program"],
  [[0xd0, 0xcf, 0x11, 0xe0], "this is an Excel workbook (.xls), not CSV: save it as CSV UTF-8 in the spreadsheet program"],
  [[0x25, 0x50, 0x44, 0x46], "this is a PDF, not a file of messages"],
  [[0x1f, 0x8b], "this is a gzip archive: unpack it first"],
];

/** Throws a `UsageError` if this runtime does not know the character set. */
export function checkCharset(name: string): string {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    throw new UsageError(`--charset ${name}: expected a character set such as utf-8, windows-1252, iso-8859-15, windows-1251, shift_jis or gb18030`);
  }
}

/**
 * A reader for the file that begins with `start`. Without `charset` a byte order mark decides, and UTF-8 is expected where there is none:
 * anything else is an error, so that no text is sent misread.
 */
export function textReader(start: Uint8Array, charset: string | undefined): TextReader {
  const begins = (bytes: number[]): boolean => bytes.every((byte, i) => start[i] === byte);
  const other = OTHER_FILES.find(([bytes]) => begins(bytes));
  if (other !== undefined) throw new Failure(other[1]);
  const name = MARKS.find(([bytes]) => begins(bytes))?.[1] ?? charset ?? "utf-8";
  const decoder = new TextDecoder(name, { fatal: true });
  return {
    decode: (bytes) => decoder.decode(bytes, { stream: bytes !== undefined }),
    byteLength: name.startsWith("utf-16") ? (text) => text.length * 2 : name === "utf-8" ? (text) => Buffer.byteLength(text) : (text) => text.length,
  };
}
