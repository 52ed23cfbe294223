/**
 * `smpp-edge/worker`: an SMS gateway inside your own Worker. Export the two classes from the Worker's main module, bind them as
 * `docs/gateway.md` shows, and send with `env.SMS.sendSms({ … })`. If the Worker's default export has `smppReport(report, env)` and
 * `smppMessage(message, env)`, they get delivery reports and inbound messages, each again until it returns without a throw.
 */
export { SmppGateway, type SendOptions } from "./gateway.ts";
export { SmppLink, type LinkView } from "./link.ts";
export { smppRoutes, type GatewayContext } from "./routes.ts";
export { keepLinks } from "./keep.ts";
export type { GatewayEnv } from "./config.ts";
export type { DeadLetter, Envelope, EventType } from "./deliveries.ts";
export type { GatewayMessage, GatewayReport } from "./inbox.ts";
export type { RpcMessage } from "./input.ts";
export type { MessageError, MessageStatus, MessageView, Part } from "./outbox.ts";
export type { Problem } from "./problem.ts";
export type { Accepted, AcceptedOrNot, Preview } from "./send.ts";
