import { init } from "../engine/init.ts";
import { Link } from "../engine/link.ts";
import type { OpenTransport } from "../engine/transport.ts";
import type { EngineConfig, LinkSink } from "../engine/types.ts";
import { openSocket } from "#sockets";
import { SmppClient, type ClientLink, type ClientParts } from "./client.ts";
import type { FindCountry } from "./country.ts";
import { orDefault } from "./default-url.ts";
import { readOptions } from "./options.ts";
import { Pair } from "./pair.ts";
import { openWinterTc } from "./sockets/wintertc.ts";
import type { ConnectOptions } from "./types.ts";

/** Makes what a client drives, as the options say. */
export type LinkMaker = (options: Pick<ConnectOptions, "binds" | "fallback">, config: EngineConfig, sink: LinkSink, open: OpenTransport) => ClientLink;

export const makeSession = (config: EngineConfig, sink: LinkSink, open: OpenTransport): Link => new Link(config, sink, open);

/** One connection, or a pair. */
export const makeLink: LinkMaker = ({ fallback }, ...given) => (fallback ? new Pair(makeSession, ...given) : makeSession(...given));

/** What a bundle may leave out. */
export interface Extras extends ClientParts {
  findCountry?: FindCountry;
}

/** See `connect`. */
export async function connectBy(make: LinkMaker, url: string | URL | undefined, options: ConnectOptions, { findCountry, ...parts }: Extras = {}): Promise<SmppClient> {
  const settings = readOptions(orDefault(url), options, findCountry);
  await init();
  const { socket } = settings.options;
  const endpoints = settings.targets.map((target) => settings.words.watch(socket === undefined ? openSocket(target) : openWinterTc(socket, target), target));
  const open: OpenTransport = (handler, signal, endpoint) => (endpoints[endpoint] as OpenTransport)(handler, signal, endpoint);
  const client = new SmppClient(settings, (...given) => make(settings.options, ...given), open, parts);
  await client.open();
  return client;
}
