import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Failure } from "../failure.ts";

/** A file that is read. */
export interface Input {
  stream: Readable;
  /** In octets; undefined if that is not known. */
  size: number | undefined;
}

/** Opens the file; "-" is standard input. */
export async function openInput(name: string): Promise<Input> {
  if (name === "-") return { stream: process.stdin, size: undefined };
  try {
    const file = await open(name);
    const status = await file.stat();
    if (status.isDirectory()) throw new Failure(`${name} is a directory`);
    return { stream: file.createReadStream(), size: status.isFile() ? status.size : undefined };
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Failure(code === "ENOENT" ? `${name}: there is no such file` : `${name}: ${message}`);
  }
}
