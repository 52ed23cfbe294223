/**
 * `smpp-edge/worker`: an SMS gateway inside your own Worker. Export the two classes from the Worker's main module, bind them as
 * `docs/gateway.md` shows, and send with `env.SMS.sendSms({ … })`. The handlers of the Worker's default export ({@link SmppHandlers}) get
 * delivery reports, inbound messages, and messages that ended without a report.
 */
export { SmppGateway, type SendOptions } from "./gateway.ts";
export { SmppLink } from "./link/link.ts";
export { SmppApplication } from "./application/application.ts";
export { connectApplication } from "./application/front.ts";
export { acceptTunnel } from "./tunnel.ts";
export { smppRoutes, type SmppRoutes } from "./http/routes.ts";
export { keepLinks } from "./keep.ts";
export type { GatewayEnv } from "./model/config.ts";
export type { DeadLetter, Envelope, EventType } from "./model/delivery-event.ts";
export type { GatewayMessage, GatewayReport } from "./link/receiver.ts";
export type { GatewayEnded, GatewayRefused, SmppHandlers } from "./link/worker-handlers.ts";
export type { RpcMessage } from "./model/message-input.ts";
export type { ApplicationView, BindView, LinkView, MessageError, MessageStatus, MessageStep, MessageView, Part, Preview } from "./model/views.ts";
export type { Problem } from "./model/problem.ts";
export type { Accepted, AcceptedOrNot } from "./operations/send.ts";
