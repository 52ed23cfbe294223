import { findCountry } from "../../client/countries.ts";
import { SmppError } from "../../client/errors.ts";
import { emptyMessage, readMessage } from "../../client/message.ts";
import type { ConnectOptions, SmsMessage } from "../../client/types.ts";
import { countSegments } from "../../engine/segments.ts";
import { formatAddress } from "../../client/address.ts";

/** How a message would go out. */
export interface Preview {
  to: string;
  encoding: string;
  segments: number;
  /** Units that the last segment still has room for. */
  remaining: number;
}

/** Checks the message as `sendSms` of such a client does, and counts its segments. Throws an `SmppError` if it could not be sent. */
export function preview(message: SmsMessage, { defaultAlphabet, defaultCountry }: ConnectOptions): Preview {
  const read = emptyMessage();
  readMessage(message, read, defaultCountry === undefined ? undefined : findCountry(defaultCountry));
  const { text, binary, ...options } = message;
  // Octets fill segments as Latin-1 does.
  const counted = text === undefined
    ? countSegments(Buffer.from(binary as Uint8Array).toString("latin1"), { ...options, encoding: "latin1", defaultAlphabet })
    : countSegments(text, { ...options, defaultAlphabet });
  const { segments, remaining, unencodable } = counted;
  if (unencodable.length > 0) {
    const chars = unencodable.slice(0, 5).map(({ char }) => JSON.stringify(char)).join(" ");
    throw new SmppError(`the encoding ${message.encoding} lacks ${chars}`, { code: "unencodable", outcome: "not-sent", unencodable });
  }
  if (message.maxSegments !== undefined && segments > message.maxSegments) {
    throw new SmppError(`the text needs ${segments} segments, more than maxSegments`, { code: "too-many-segments", outcome: "not-sent" });
  }
  return { to: formatAddress(read.sms.to), encoding: text === undefined ? "binary" : counted.encoding, segments, remaining };
}
