import type { GatewayEnv } from "../model/config.ts";
import { linkName, type Place } from "../model/ids.ts";
import type { SmppLink } from "./link.ts";

/** The methods of {@link SmppLink} as its callers see them. */
export type LinkStub = Pick<SmppLink,
  "status" | "metrics" | "fetch" | "enqueue" | "existing" | "admit" | "message" | "list" | "inbound" | "deadLetters" | "replay" | "cancel" | "claim">;

/** The link of that name, in its Durable Object wherever that is. */
export function linkNamed(env: GatewayEnv, name: string): LinkStub {
  return env.SMPP_LINK.getByName(name) as unknown as LinkStub;
}

export function linkAt(env: GatewayEnv, place: Place): LinkStub {
  return linkNamed(env, linkName(place));
}
