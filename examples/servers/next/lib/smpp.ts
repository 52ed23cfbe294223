import { client, type LazyClient } from "smpp-edge";

const shared = globalThis as { smpp?: LazyClient };

/** One client for the process: `next dev` reloads this file on every change, which must not open another bind. */
export const smpp = (shared.smpp ??= client(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775"));
