import type { Scope } from "./config.ts";
import { ProblemError } from "./problem.ts";

/** On whose behalf a request is made. */
export interface Caller {
  /** Name of the API key; empty for this machine without keys, and for RPC. */
  name: string;
  rate?: number | undefined;
  senders?: string[] | undefined;
  scopes: readonly Scope[];
}

const ALL: readonly Scope[] = ["send", "read", "admin"];

/** The caller by service binding: code of the same owner. */
export const TRUSTED: Caller = { name: "", scopes: ALL };

/** Throws 403 unless `caller` has `scope`. */
export function demand(caller: Caller, scope: Scope): void {
  if (!caller.scopes.includes(scope)) throw new ProblemError("forbidden", `The scope "${scope}" is needed`);
}
