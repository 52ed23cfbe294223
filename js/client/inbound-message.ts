import type { EngineMessage } from "../engine/types.ts";
import { withNumber } from "./address.ts";
import type { Country } from "./country.ts";
import type { Message } from "./types.ts";

/** An inbound message as it is handed to handlers and loops. `country`: that of numbers that don't name theirs. */
export function publicMessage(message: EngineMessage, country?: Country): Message {
  const { frames, command: _command, sequence: _sequence, registeredDelivery: _registered, ...rest } = message;
  return { ...rest, from: withNumber(rest.from, country), to: withNumber(rest.to, country), pdus: frames };
}
