import { accept } from "../../server/accept.ts";
import { Status } from "../../server/status.ts";
import { applicationsOf } from "../model/applications.ts";
import type { GatewayEnv } from "../model/config.ts";

/** Longest bind, and how long it may take, in milliseconds. */
const LONGEST = 1_024;
const BIND_WITHIN = 30_000;
const HEADER = 16;
/** bind_receiver, bind_transmitter, bind_transceiver. */
const BINDS = new Set([1, 2, 9]);

/** What serves an application is given of a connection. */
export type IncomingConnection = Pick<Socket, "readable" | "writable" | "close"> & { readonly opened: Promise<{ remoteAddress?: string }> };

/**
 * Serves a connection of an application: reads its bind, and hands the connection to the object of its system_id. For the Worker's `connect`
 * handler, which has to wait for it.
 */
export async function connectApplication(socket: IncomingConnection, env: GatewayEnv): Promise<void> {
  const { remoteAddress = "" } = await socket.opened;
  const reader = socket.readable.getReader();
  const begun = await readBind(reader).catch(() => undefined);
  reader.releaseLock();
  if (begun === undefined) return void await socket.close();
  const application = begun.systemId === undefined ? undefined : applicationsOf(env).find(({ systemId }) => systemId === begun.systemId);
  if (!application || !env.SMPP_APPLICATION) return refuse(socket, begun.octets, remoteAddress);
  const behind = env.SMPP_APPLICATION.getByName(application.name).connect(remoteAddress);
  const ending = new AbortController();
  const inward = pipe(begun.octets, socket.readable, behind.writable, ending.signal);
  // The object's end is the connection's: what it wrote last has been passed on then.
  await behind.readable.pipeTo(socket.writable).catch(() => {});
  ending.abort();
  await inward;
  await socket.close().catch(() => {});
}

async function pipe(first: Uint8Array, from: ReadableStream<Uint8Array>, to: WritableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
  try {
    const writer = to.getWriter();
    await writer.write(first);
    writer.releaseLock();
    await from.pipeTo(to, { signal });
  } catch {
    // The other direction ends with it.
  }
}

/** What came first, and the system_id if it is a bind; undefined if nothing whole came in time. */
async function readBind(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<{ octets: Uint8Array; systemId: string | undefined } | undefined> {
  const end = Date.now() + BIND_WITHIN;
  let octets = new Uint8Array(0);
  for (;;) {
    const length = octets.length < HEADER ? HEADER : new DataView(octets.buffer).getUint32(0);
    if (octets.length >= length || length > LONGEST) return { octets, systemId: systemIdOf(octets) };
    const step = await Promise.race([reader.read(), scheduler.wait(Math.max(0, end - Date.now()))]);
    if (step?.value === undefined) return undefined;
    const longer = new Uint8Array(octets.length + step.value.length);
    longer.set(octets);
    longer.set(step.value, octets.length);
    octets = longer;
  }
}

function systemIdOf(octets: Uint8Array): string | undefined {
  const view = new DataView(octets.buffer);
  const end = octets.indexOf(0, HEADER);
  if (octets.length < HEADER || !BINDS.has(view.getUint32(4)) || end < 0) return undefined;
  return String.fromCharCode(...octets.subarray(HEADER, end));
}

/** Answers what is no bind, or one of nobody: the session says what is wrong with it. */
async function refuse(socket: IncomingConnection, first: Uint8Array, remoteAddress: string): Promise<void> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  void pipe(first, socket.readable, writable, new AbortController().signal);
  const options = { authenticate: () => ({ status: Status.ESME_RINVSYSID, text: "There is no such system_id here" }) };
  const session = await accept({ readable, writable: socket.writable, close: () => socket.close() }, options, remoteAddress);
  await session.closed;
}
