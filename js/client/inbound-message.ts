import type { EngineMessage } from "../engine/types.ts";
import type { Message } from "./types.ts";

/** An inbound message as it is handed to handlers and loops. */
export function publicMessage(message: EngineMessage): Message {
  const { frames, command: _command, sequence: _sequence, registeredDelivery: _registered, ...rest } = message;
  return { ...rest, pdus: frames };
}
