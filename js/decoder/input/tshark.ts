// What tshark and Wireshark print of packets in JSON (also for Elasticsearch, a line a packet) and PDML, and of followed streams as
// YAML or plain hex.

import { Connections } from "../capture/connections.ts";
import type { Segment } from "../capture/ip.ts";
import { guessLink, segmentOf } from "../capture/link.ts";
import { fromBase64 } from "./base64.ts";
import { Refusal, type Given, type Piece } from "./given.ts";
import { fromHex } from "./hex.ts";

/** A packet: its octets, or what is printed of its TCP segment. */
interface Printed {
  time: number | undefined;
  frame: Uint8Array | undefined;
  segment: Segment | undefined;
}

/** The packets of a text that tshark printed; undefined if it is something else. */
export function fromTshark(text: string): Given | undefined {
  const printed = /^\s*[[{]/.test(text) ? fromJson(text) : /<pdml\b/.test(text.slice(0, 2_000)) ? fromPdml(text) : undefined;
  if (!printed) return followedYaml(text) ?? followedRaw(text);
  const { form, packets } = printed;
  if (!packets.some(({ frame, segment }) => frame ?? segment)) {
    throw new Refusal(`This is ${form} without the octets of its packets. Print them too: tshark -x, or the field tcp.payload.`);
  }
  const connections = new Connections();
  for (const { time, frame, segment } of packets) {
    const link = frame && guessLink(frame);
    connections.take(frame && link !== undefined ? segmentOf(link, frame) : segment, time);
  }
  return connections.given(form, [], []);
}

function fromJson(text: string): { form: string; packets: Printed[] } | undefined {
  const one = parsed(text);
  const many = Array.isArray(one) ? one : one === undefined ? linesOf(text) : [one];
  const layers = many.map((item) => property(property(item, "_source") ?? item, "layers")).filter((item) => typeof item === "object" && item !== null);
  if (layers.length === 0) return undefined;
  return { form: `tshark's JSON`, packets: layers.map(packetOf) };
}

/** A value of JSON a line, as `-T ek` prints it. */
function linesOf(text: string): unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const values: unknown[] = [];
  for (const line of lines) {
    const value = parsed(line);
    if (value === undefined) return [];
    values.push(value);
  }
  return values;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function packetOf(layers: unknown): Printed {
  // `tcp.srcport` in JSON, `tcp_tcp_srcport` for Elasticsearch; chosen fields stand outside of their protocol.
  const field = (name: string): string | undefined => {
    const [protocol] = name.split(".");
    const other = `${protocol}_${name.replace(".", "_")}`;
    for (const place of [property(layers, protocol!), layers]) {
      const found = property(place, name) ?? property(place, other) ?? property(place, name.replace(".", "_"));
      const value: unknown = Array.isArray(found) ? found[0] : found;
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
    }
    return undefined;
  };
  const raw = property(layers, "frame_raw");
  const frame: unknown = Array.isArray(raw) ? raw[0] : raw;
  return printed(typeof frame === "string" ? frame : undefined, field);
}

function fromPdml(text: string): { form: string; packets: Printed[] } {
  const packets = text.split("<packet>").slice(1).map((packet) => {
    const attribute = (name: string, which: string) => new RegExp(`<field name="${name.replace(".", "\\.")}"[^>]*? ${which}="([^"]*)"`).exec(packet)?.[1];
    return printed(undefined, (name) => attribute(name, name === "tcp.payload" ? "value" : "show"));
  });
  return { form: "PDML", packets };
}

function printed(frame: string | undefined, field: (name: string) => string | undefined): Printed {
  const time = Number(field("frame.time_epoch"));
  return { time: Number.isFinite(time) && time > 0 ? time * 1_000 : undefined, frame: frame === undefined ? undefined : fromHex(frame), segment: segmentIn(field) };
}

function segmentIn(field: (name: string) => string | undefined): Segment | undefined {
  const fromPort = field("tcp.srcport");
  const payload = field("tcp.payload");
  if (payload === undefined && fromPort === undefined) return undefined;
  const toPort = field("tcp.dstport");
  const address = (name: string, port: string | undefined) => `${field(`ip.${name}`) ?? (field(`ipv6.${name}`) ? `[${field(`ipv6.${name}`)}]` : "?")}:${port ?? "?"}`;
  const flags = Number(field("tcp.flags") ?? 0x10);
  return {
    from: address("src", fromPort),
    to: address("dst", toPort),
    fromPort: Number(fromPort ?? 0),
    toPort: Number(toPort ?? 0),
    sequence: Number(field("tcp.seq_raw") ?? field("tcp.seq") ?? 0) >>> 0,
    syn: (flags & 2) !== 0,
    ack: (flags & 16) !== 0,
    end: (flags & 5) !== 0,
    payload: fromHex((payload ?? "").replaceAll(":", "")),
    missing: 0,
  };
}

/** "Follow TCP stream" as YAML. */
function followedYaml(text: string): Given | undefined {
  if (!/^peers:/m.test(text) || !/^packets:/m.test(text)) return undefined;
  const peers = [...text.matchAll(/- peer: \d+\s+host: (\S+)\s+port: (\d+)/g)].map(([, host, port]) => `${host}:${port}`);
  const pieces: Piece[] = [];
  for (const [, peer, rest] of text.matchAll(/^ +- packet: \d+\s+peer: (\d)([^]*?)(?=^ +- packet:|$(?![^]))/gm)) {
    const seconds = /timestamp: ([\d.]+)/.exec(rest!)?.[1];
    const octets = fromBase64(/!!binary \|\s+([A-Za-z0-9+/=\s]*)/.exec(rest!)?.[1] ?? "");
    if (!octets) throw new Refusal("A packet of this followed stream has data that is not base64.");
    pieces.push({ octets, time: seconds === undefined ? undefined : Number(seconds) * 1_000, stream: 0, direction: peer === "1" ? 1 : 0 });
  }
  return pieces.length === 0 ? undefined : { form: "followed TCP stream in YAML", pieces, streams: peers.length === 2 ? [peers.join(" → ")] : [], directed: true, notes: [] };
}

/** "Follow TCP stream" of tshark as plain hex, a line a turn: those of the server behind a tab. */
function followedRaw(text: string): Given | undefined {
  if (!/^Follow: \w+,raw$/m.test(text)) return undefined;
  const streams: string[] = [];
  const pieces: Piece[] = [];
  for (const part of text.split(/^Follow: /m).slice(1)) {
    const nodes = [...part.matchAll(/^Node \d: (\S+)$/gm)].map(([, node]) => node);
    for (const [, tab, digits] of part.matchAll(/^(\t?)((?:[0-9a-f]{2})+)\r?$/gm)) {
      pieces.push({ octets: fromHex(digits!), stream: streams.length, direction: tab === "" ? 0 : 1 });
    }
    streams.push(nodes.join(" → "));
  }
  return pieces.length === 0 ? undefined : { form: "followed TCP stream in hex", pieces, streams, directed: true, notes: [] };
}
