/** `message.report`: a delivery report; `message.received`: an inbound message; `message.ended`: a message ended without a report;
 * `message.refused`: a limit refuses messages. */
export type EventType = "message.report" | "message.received" | "message.ended" | "message.refused";

/**
 * Where an event goes: the Worker's own handler, the Queue, the webhook, a URL of the message or of a rule, the application that sent the
 * message or gets inbound ones.
 */
export type Target = "handler" | "queue" | "webhook" | "callback" | "application";

/** Whose an event is, if it is an application's, and what its receipt repeats of the message that it sent. */
export interface ApplicationOrigin {
  name: string;
  /** The bind that the message came by. */
  bind?: string;
  /** The id that the application has of it, if it is not the message's own. */
  group?: string;
  pdu?: string;
  /** Its recipient's digits, by which it is erased. */
  to?: string;
  /** ISO 8601. */
  submittedAt?: string;
}

/** An event for an application. */
export interface ApplicationEvent {
  id: string;
  type: EventType;
  /** An {@link Envelope} as JSON. */
  payload: string;
}

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
