/** `message.report`: a delivery report; `message.received`: an inbound message; `message.ended`: a message ended without a report. */
export type EventType = "message.report" | "message.received" | "message.ended";

/** Where an event goes: the Worker's own handler, the Queue, the webhook. */
export type Target = "handler" | "queue" | "webhook";

/** An event as it is delivered: to the webhook as the body, to the Queue as the message. */
export interface Envelope {
  type: EventType;
  timestamp: string;
  data: unknown;
}

/** An event that was given up. */
export interface DeadLetter {
  id: string;
  target: Target;
  attempts: number;
  error: string;
  event: Envelope;
}

/** What /metrics shows of one target. */
export interface TargetMetrics {
  target: Target;
  delivered: number;
  failed: number;
  /** Events given up. */
  buried: number;
  /** Attempts at present. */
  running: number;
}
