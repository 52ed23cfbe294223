import type { GatewayEnv } from "./model/config.ts";
import { listLinks } from "./operations/read.ts";

/**
 * Brings all links up. For the Worker's `scheduled` handler: alarms keep links that were up once, and this starts them after the
 * first deploy, or with new settings, without a request coming in.
 */
export async function keepLinks(env: GatewayEnv): Promise<void> {
  await listLinks(env);
}
