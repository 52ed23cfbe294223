/** `smpp-edge/server`: an SMSC on Node, Deno and Bun, over any connection, and a simulated one for tests. */
export { accept } from "./accept.ts";
export type { AcceptedSocket } from "./accept.ts";
export type { AcceptedWebSocket } from "./web-socket.ts";
export { listen } from "./listen.ts";
export type { ListenOptions, Server, ServerTlsOptions } from "./listen.ts";
export type { BindAnswer, Refused, RequestAnswer, ServerOptions, SessionOptions, SubmitAnswer } from "./sessions.ts";
export type { Delivery, Session } from "./session.ts";
export { Status } from "./status.ts";
export type { MessageStatus, Receipt, ReceiptFormat } from "./receipt.ts";
export { SmppError } from "../client/errors.ts";
export type { Address, BindRequest, EngineMessage, PduInput, TlvInput } from "../engine/types.ts";
export type { DecodedPdu, Field } from "../engine/codec.ts";
export type { Transport } from "../engine/transport.ts";
export { createSimulator, faults } from "../simulator/index.ts";
export type { FaultName, SimulatedMessage, SimulatedOutcome, Simulator, SimulatorOptions } from "../simulator/index.ts";
