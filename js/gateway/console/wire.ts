// What the gateway's API answers, as far as the console shows it: docs/gateway.md and openapi.json.

export interface LinkView {
  account: string;
  link: number;
  state: "down" | "connecting" | "bound" | "waiting";
  smsc: string;
  systemId: string;
  retryAt?: string;
  error?: string;
  window: number;
  rate?: number;
  inFlight: number;
  queued: number;
  rtt: number;
}

export type Address = string | { ton: number; npi: number; addr: string };

export interface MessageView {
  id: string;
  status: string;
  to: Address;
  from?: Address;
  text?: string;
  binary?: string;
  encoding: string;
  segments: number;
  messageId?: string;
  parts: { index: number; messageId: string; status: string; errorCode?: string }[];
  error?: { detail: string; smpp?: { code: number; name: string } };
  account: string;
  link: number;
  createdAt: string;
  scheduledAt?: string;
  history: { status: string; at: string; segment?: number }[];
}

export interface InboundView {
  id: string;
  account: string;
  at?: string;
  from: Address;
  to: Address;
  text?: string;
  binary?: string;
}

export interface PduView {
  account: string;
  link: number;
  direction: "in" | "out";
  command: string;
  status: number;
  statusName: string;
  sequence: number;
  pdu: string;
}

export interface Preview {
  encoding: string;
  segments: number;
  units: number;
  remaining: number;
  unencodable: { index: number; char: string }[];
}

export interface Problem {
  title: string;
  status: number;
  detail?: string;
  errors?: { path: string; message: string }[];
}

/** One server-sent event. */
export interface StreamEvent {
  /** Its time in milliseconds since 1970. */
  id: string;
  type: string;
  data: unknown;
}
