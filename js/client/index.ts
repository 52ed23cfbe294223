import { Bulk } from "./bulk.ts";
import type { SmppClient } from "./client.ts";
import { Deliveries } from "./delivery.ts";
import { connectBy, makeLink, makeSession, type Extras, type LinkMaker } from "./connect.ts";
import { findCountry } from "./countries.ts";
import { orDefault } from "./default-url.ts";
import { LazyClient } from "./lazy.ts";
import { Links } from "./links.ts";
import { LoopQueue } from "./loop.ts";
import type { ConnectOptions } from "./types.ts";

export { init } from "../engine/init.ts";
export { decodePdus, encodePdu, parseReceipt, statusMeaning, statusName } from "../engine/codec.ts";
export type { Decoded, DecodeOptions, Fault, Field, ReceiptTlvs } from "../engine/explained.ts";
export { countSegments, type CountOptions, type SegmentCount } from "../engine/segments.ts";
export { EngineError } from "../engine/types.ts";
export { formatAddress } from "./address.ts";
export { SmppClient } from "./client.ts";
export { BindError, ConnectionLostError, ProtocolError, SmppError, ThrottledError, TimeoutError } from "./errors.ts";
export type { LocalCode, RequestOutcome } from "./errors.ts";
export type { LateResult } from "./late.ts";
export { LazyClient } from "./lazy.ts";
export { joinSegments } from "./segments.ts";
export { Refusal } from "./refusal.ts";
export type { Loop } from "./inbound.ts";
export { Sent } from "./sent.ts";
export type { DeliveredOptions } from "./sent.ts";
export type * from "./types.ts";

/** All that there is. */
const PARTS: Extras = { findCountry, makeBulk: (...given) => new Bulk(...given), makeLoop: (...given) => new LoopQueue(...given), makeDeliveries: (...given) => new Deliveries(...given) };

/** One connection, a pair, or as many as `binds` says. */
const links: LinkMaker = ({ binds = 1, fallback = false }, ...given) =>
  binds > 1 ? new Links(binds, fallback, makeSession, ...given) : makeLink({ fallback }, ...given);

/**
 * Connects to an SMSC and binds: `connect("smpp://system_id:password@host:2775")`, with `smpps://` for TLS.
 *
 * Without a URL it is that of the environment variable `SMPP_URL`. Resolves once bound, and settles within `bindTimeout`. From then on a lost connection is made again by itself, unless
 * `reconnect` is false. The first one is not, but for each of `endpoints` once: try again, or not, as `error.retryable` says.
 *
 * @throws {BindError} The SMSC refused the bind; `name` is its status, such as `"ESME_RINVPASWD"`.
 * @throws {ConnectionLostError} No connection could be made, or it was lost before the answer.
 * @throws {TimeoutError} There was no answer in time.
 * @throws {ProtocolError} What answered does not speak SMPP.
 * @throws {SmppError} `"invalid-option"`, `"unsupported"` (the runtime can't do what an option asks for), `"aborted"`.
 */
export function connect(url?: string | URL, options: ConnectOptions = {}): Promise<SmppClient> {
  return connectBy(links, url, options, PARTS);
}

/**
 * A client that connects when it is first used, keeps trying until it is bound, and connects again when it is used after it ended. For
 * programs that must start while the SMSC is away. The URL is by default that of the environment variable `SMPP_URL`.
 *
 * @throws {SmppError} `"invalid-option"`
 */
export function client(url?: string | URL, options: ConnectOptions = {}): LazyClient {
  return new LazyClient(orDefault(url), options, connect);
}
