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
const ENQUIRE_LINK = 0x15;
const RESPONSE = 0x8000_0000;

/** What serves an application is given of a connection. */
export type IncomingConnection = Pick<Socket, "readable" | "writable" | "close"> & { readonly opened: Promise<{ remoteAddress?: string }> };

/**
 * Serves a connection of an application: reads its bind, and hands the connection to the object of its system_id. For the Worker's `connect`
 * handler, which has to wait for it.
 */
export async function connectApplication(socket: IncomingConnection, env: GatewayEnv): Promise<void> {
  const { remoteAddress = "" } = await socket.opened;
  const reader = socket.readable.getReader();
  const writer = socket.writable.getWriter();
  const begun = await readBind(reader, writer).catch(() => undefined);
  reader.releaseLock();
  writer.releaseLock();
  if (begun === undefined) return void await socket.close();
  const application = begun.systemId === undefined ? undefined : applicationsOf(env).find(({ systemId }) => systemId === begun.systemId);
  if (!application || !env.SMPP_APPLICATION) return refuse(socket, begun, remoteAddress);
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

/** What a connection begins with, and the system_id if it is a bind. */
interface Begun {
  octets: Uint8Array;
  systemId: string | undefined;
}

/** Reads what comes first, and answers each enquire_link before it; undefined if nothing whole came in time. */
async function readBind(reader: ReadableStreamDefaultReader<Uint8Array>, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<Begun | undefined> {
  const end = Date.now() + BIND_WITHIN;
  const inTime = <T>(work: Promise<T>) => Promise.race([work, scheduler.wait(Math.max(0, end - Date.now()))]);
  let octets = new Uint8Array(0);
  for (;;) {
    const view = new DataView(octets.buffer);
    const length = octets.length < HEADER ? HEADER : view.getUint32(0);
    if (octets.length >= length || length > LONGEST) {
      if (length !== HEADER || view.getUint32(4) !== ENQUIRE_LINK) return { octets, systemId: systemIdOf(octets) };
      const answer = octets.slice(0, HEADER);
      new DataView(answer.buffer).setUint32(4, RESPONSE + ENQUIRE_LINK);
      await inTime(writer.write(answer));
      octets = octets.slice(HEADER);
      continue;
    }
    const step = await inTime(reader.read());
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
async function refuse(socket: IncomingConnection, { octets, systemId }: Begun, remoteAddress: string): Promise<void> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const refusal = systemId === undefined ? { status: Status.ESME_RBINDFAIL, text: "The bind has to come first, on a new connection" }
    : { status: Status.ESME_RINVSYSID, text: "There is no such system_id here" };
  void pipe(octets, socket.readable, writable, new AbortController().signal);
  const options = { authenticate: () => refusal };
  const session = await accept({ readable, writable: socket.writable, close: () => socket.close() }, options, remoteAddress);
  await session.closed;
}
