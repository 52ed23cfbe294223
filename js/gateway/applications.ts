/** The ready deployment to which programs bind by SMPP, too: that of `worker.ts`, with applications. */
import { connectApplication } from "./application/front.ts";
import type { GatewayEnv } from "./model/config.ts";
import gateway from "./worker.ts";

export { SmppApplication } from "./application/application.ts";
export { SmppGateway, SmppLink } from "./worker.ts";

/** The gateway, and by TCP the applications. */
const worker: ExportedHandler<GatewayEnv> = {
  ...gateway as ExportedHandler<GatewayEnv>,
  connect: (socket, env) => connectApplication(socket, env),
};
export default worker;
