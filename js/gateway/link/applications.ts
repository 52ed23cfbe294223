// What a gateway does for applications: see `extensions`.

import type { Response, Sent, SmppClient } from "../../client/index.ts";
import type { GatewayEnv } from "../model/config.ts";
import type { ApplicationOrigin, DeadLetter } from "../model/delivery-event.ts";
import type { MessageInput } from "../model/message-input.ts";
import type { ApplicationView } from "../model/views.ts";
import type { EventTarget } from "./deliveries.ts";

/** A metric as Prometheus has it. */
export interface Metric {
  name: string;
  type: "counter" | "gauge";
  help: string;
  samples: [labels: Record<string, string>, value: number][];
}

/** What the SMSC answered to a message. */
export type Answer = Pick<Sent, "status" | "segments">;

export interface ApplicationSupport {
  /** The target of events for applications. */
  target(env: GatewayEnv): [EventTarget];
  /** Whose a message is that has this `caller`; undefined if it is no application's. */
  origin(caller: string, id: string, input: () => MessageInput): ApplicationOrigin | undefined;
  /** Who gets inbound messages to that number. */
  inboundFor(env: GatewayEnv, to: string): ApplicationOrigin | undefined;
  /** Sends a message that came as a PDU. */
  submit(client: Pick<SmppClient, "request">, input: MessageInput): Promise<Answer>;
  /** The answer to such a message. */
  answerOf(response: Response): Answer;
  /** The text in its PDU. */
  textOf(pdu: string): string | undefined;
  /** What applications refused, or did not fetch in time, the newest first. */
  deadLetters(env: GatewayEnv, before: string | undefined, limit: number): Promise<DeadLetter[]>;
  /** Tries a dead letter again; false if no application has it. */
  replay(env: GatewayEnv, id: string): Promise<boolean>;
  /** The applications as they are. */
  applications(env: GatewayEnv): Promise<ApplicationView[]>;
  /** Their metrics. */
  metrics(env: GatewayEnv): Promise<Metric[]>;
  /** Removes what waits for applications that has a phone number as a value. */
  erase(env: GatewayEnv, number: string): Promise<void>;
}
