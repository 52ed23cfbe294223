import { extensions } from "../link/extensions.ts";
import { linkAt, optOutsAt, shardOf } from "../link/stub.ts";
import { settingsOf, type GatewayEnv } from "../model/config.ts";
import { everyLink } from "./read.ts";

/** Removes all that is stored about a number, an opt-out apart, of which a keyed hash stays. `left`: messages that are being sent. */
export async function erase(env: GatewayEnv, number: string): Promise<{ erased: number; left: number }> {
  const sum = { erased: 0, left: 0 };
  await Promise.all((await everyLink(env)).map(async (at) => {
    for (let [n, id]: [number?, string?] = [0, ""]; n !== undefined || id !== undefined;) {
      const step = await linkAt(env, at).erase(number, n ?? Number.MAX_SAFE_INTEGER, id ?? "~");
      sum.erased += step.erased;
      sum.left += step.left;
      ({ n, id } = step);
    }
  }));
  await extensions.applications?.erase(env, number);
  await extensions.erase?.(env, number);
  if (settingsOf(env).optOut) await optOutsAt(env, shardOf(number)).hide(number);
  return sum;
}
