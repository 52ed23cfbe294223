// The setting of opt-outs. Apart from their types, which the package declares: users need not have valibot for those.

import * as v from "valibot";
import { plain, SCOPES, type OptOutRequest, type OptOutSettings } from "./opt-out.ts";
import { ConfigError } from "./setting.ts";

const words = (...list: string[]) => v.optional(v.array(v.pipe(v.string(), v.regex(/^.{1,40}$/s), v.check((word) => plain(word) !== ""))), list);

/** The setting `SMPP_OPT_OUT`. */
export const OptOutSetting = v.strictObject({
  scope: v.optional(v.picklist(SCOPES), "all"),
  stop: words("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT", "OPT-OUT", "ARRET", "ARRETE"),
  start: words("START", "UNSTOP"),
  help: words("HELP", "INFO"),
});

/** Throws a {@link ConfigError} for a word that asks for two things. */
export function optOutSettings({ scope, stop, start, help }: v.InferOutput<typeof OptOutSetting>): OptOutSettings {
  const known = new Map<string, OptOutRequest>();
  for (const [request, list] of [["help", help], ["start", start], ["stop", stop]] as const) {
    for (const word of list) {
      if ((known.get(plain(word)) ?? request) !== request) throw new ConfigError(`SMPP_OPT_OUT: "${word}" is in two lists`);
      known.set(plain(word), request);
    }
  }
  return { scope, words: known };
}
