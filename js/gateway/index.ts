/**
 * `smpp-edge/worker`: an SMS gateway inside your own Worker. Export the two classes from the Worker's main module, bind them as
 * `docs/gateway.md` shows, and send with `env.SMS.sendSms({ … })`. If the Worker's default export has `smppReport(report, env)` and
 * `smppMessage(message, env)`, they get delivery reports and inbound messages, each again until it returns without a throw.
 */
export { SmppGateway, type SendOptions } from "./gateway.ts";
export { SmppLink } from "./link/link.ts";
export { smppRoutes, type GatewayContext } from "./http/routes.ts";
export { keepLinks } from "./keep.ts";
export type { GatewayEnv } from "./model/config.ts";
export type { DeadLetter, Envelope, EventType } from "./link/deliveries.ts";
export type { GatewayMessage, GatewayReport } from "./link/inbox.ts";
export type { RpcMessage } from "./model/input.ts";
export type { LinkView, MessageError, MessageStatus, MessageView, Part, Preview } from "./model/views.ts";
export type { Problem } from "./model/problem.ts";
export type { Accepted, AcceptedOrNot } from "./operations/send.ts";
