import { client } from "smpp-edge";

/** One client for the process. It connects with the first message, and again when the connection is lost. */
export const smpp = client(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775");
