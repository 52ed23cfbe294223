import type { EngineMessage } from "../engine/types.ts";
import { numberOf } from "./address.ts";
import type { Country } from "./country.ts";
import type { Message } from "./types.ts";

/** An inbound message as it is handed to handlers and loops. `country`: that of numbers that don't name theirs. */
export function publicMessage(message: EngineMessage, country?: Country): Message {
  const { frames, command: _command, sequence: _sequence, registeredDelivery: _registered, ...rest } = message;
  rest.from.number = numberOf(rest.from, country);
  rest.to.number = numberOf(rest.to, country);
  return { ...rest, pdus: frames };
}
