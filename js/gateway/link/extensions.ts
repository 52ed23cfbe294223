// What entries of their own add to a gateway: a Worker without them does not carry it.

import type { Caller } from "../model/caller.ts";
import type { GatewayEnv, Settings } from "../model/config.ts";
import type { Place } from "../model/ids.ts";
import type { MessageInput } from "../model/message-input.ts";
import type { Problem } from "../model/problem.ts";
import type { LimitView } from "../model/views.ts";
import type { ApplicationSupport } from "./applications.ts";
import type { Database } from "./database.ts";

/** A message that is about to be stored: its place among those of the request. */
export interface Offered {
  message: { input: MessageInput; segments: number };
  index: number;
}

/** A request that messages came in. */
export interface Origin {
  caller: Caller;
  /** Of one with an Idempotency-Key. */
  nonce: string | undefined;
}

/** The methods of an object of an extension. */
export type ExtensionObject = Record<string, (...values: never[]) => unknown>;

export interface Extensions {
  /** Why the settings of extensions can't be used. */
  fault(env: GatewayEnv): string | undefined;
  /** The names of rules for messages, as they came. */
  choose(settings: Settings, caller: Caller, values: unknown[]): Promise<Map<unknown, string>>;
  /** Has `store` called with the messages that are within the limits; `results` gets why others are not. */
  limit<T extends Offered>(env: GatewayEnv, origin: Origin, open: T[], results: ({ error: Problem } | object | undefined)[], store: (left: T[]) => Promise<void>): Promise<void>;
  /** What each limit says to a message now. */
  limitsOf(env: GatewayEnv, caller: Caller, input: MessageInput, segments: number): Promise<LimitView[]>;
  /** Takes back what a message counted for that was cancelled before it left. */
  giveBack(env: GatewayEnv, key: string, input: MessageInput, segments: number, created: number): Promise<void>;
  /** Removes what is counted of a number. */
  erase(env: GatewayEnv, number: string): Promise<void>;
  /** What a link does for it: its methods, and what gets the ids of messages that change. */
  link(db: Database, place: Place): ExtensionObject & { changed(id: string): void };
  /** What there is for programs that bind: the module of `SmppApplication` adds it. */
  applications: ApplicationSupport;
  /** Makes an object by the first part of its name. */
  objects: Record<string, (db: Database, env: GatewayEnv) => ExtensionObject>;
}

/** The extensions that were provided. */
export const extensions: Partial<Extensions> & Pick<Extensions, "fault" | "objects"> = {
  fault: ({ SMPP_LIMITS: limits }) => (limits ? "SMPP_LIMITS needs smpp-edge/limits in the Worker" : undefined),
  objects: {},
};
