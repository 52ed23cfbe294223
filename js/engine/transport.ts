/** A connection as the engine sees it: octets out, and an end. What comes in goes to its `TransportHandler`. */
export interface Transport {
  /** Sends the octets; what of them is needed after this returns is copied. False: send no more before `drain()`. */
  write(octets: Uint8Array): boolean;
  /** Closes once everything written is on its way. */
  close(): void;
  /** Closes at once. */
  destroy(): void;
}

/** Receives what happens on a connection. */
export interface TransportHandler {
  /** Octets came; they are used up before this returns. */
  data(chunk: Uint8Array): void;
  /** What was written has gone; more may be. */
  drain(): void;
  /** Once, last: the connection ended, was closed here, or failed. */
  end(error?: Error): void;
}

/**
 * Makes a connection to one of the endpoints, numbered from 0; resolves when it is up (TLS included), rejects with the
 * reason why not.
 */
export type OpenTransport = (handler: TransportHandler, signal: AbortSignal, endpoint: number) => Promise<Transport>;
