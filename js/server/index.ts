/** `smpp-edge/server`: a message centre on Node, Deno and Bun, and a simulated one for tests. */
export { listen } from "./listen.ts";
export type { ListenOptions, RequestAnswer, Server, SessionOptions, SubmitAnswer } from "./listen.ts";
export { Session } from "./session.ts";
export type { Delivery } from "./session.ts";
export { Status } from "./status.ts";
export type { MessageStatus, Receipt, ReceiptFormat } from "./receipt.ts";
export { SmppError } from "../client/errors.ts";
export type { Address, BindRequest, EngineMessage, PduInput, TlvInput } from "../engine/types.ts";
export type { DecodedPdu, Field } from "../engine/codec.ts";
export type { Transport } from "../engine/transport.ts";
export { createSimulator, faults } from "../simulator/index.ts";
export type { FaultName, SimulatedMessage, SimulatedOutcome, Simulator, SimulatorOptions } from "../simulator/index.ts";
