import { OTHERS, reason } from "#connection-errors";
import type { OpenTransport, Transport } from "../engine/transport.ts";
import { ConnectionLostError, ProtocolError, SmppError } from "./errors.ts";
import type { Target } from "./options.ts";

interface Attempt {
  target: Target;
  start: number;
  /** The connection is up. */
  open: boolean;
  /** Something came over it. */
  heard: boolean;
}

/** What is known of the connection that is being made, for the words of its errors. */
export class ConnectionWords {
  #attempt: Attempt | undefined;

  /** Has errors of the connections that `open` makes to `target` say where, after how long, and what to look at. */
  watch(open: OpenTransport, target: Target): OpenTransport {
    return async (handler, signal, endpoint) => {
      const attempt: Attempt = { target, start: Date.now(), open: false, heard: false };
      this.#attempt = attempt;
      let transport: Transport | undefined;
      let foreign = false;
      const data = (chunk: Uint8Array): void => {
        if (foreign) return;
        if (!attempt.heard && chunk.length > 0) {
          attempt.heard = true;
          if (chunk[0] !== 0) {
            foreign = true;
            // Closed first: what follows the end may be the last that a Worker's request does.
            transport?.close();
            handler.end(new ProtocolError(`${where(attempt)}: ${speaker(chunk)}`, { code: "protocol", outcome: "unknown" }));
            return;
          }
        }
        handler.data(chunk);
      };
      const end = (error?: Error): void => {
        if (!foreign) handler.end(attempt.heard ? error : lost(attempt, error));
      };
      try {
        transport = await open({ data, drain: () => handler.drain(), end }, signal, endpoint);
      } catch (error) {
        throw error instanceof SmppError ? error : notMade(attempt, error);
      }
      attempt.open = true;
      return transport;
    };
  }

  /** An error's message, with the host and port that it concerns. */
  placed(message: string): string {
    const attempt = this.#attempt;
    const place = attempt === undefined ? "" : placeOf(attempt.target);
    return message.startsWith(place) ? message : `${place}: ${message}`;
  }

  /** Why the bind did not come about in time. */
  timeout(command: string): string | undefined {
    const attempt = this.#attempt;
    if (attempt === undefined || attempt.heard) return undefined;
    const secure = attempt.target.tls !== undefined;
    if (attempt.open) {
      const hint = secure ? "is it an SMSC's port?" : "does it want TLS (smpps://), and is it an SMSC's port?";
      return `${where(attempt)}: connected, but ${command} was not answered: ${hint}`;
    }
    const hint = secure ? "is there TLS at that port (smpp:// has none), and does a firewall let this machine's address through?"
      : "is the address right, and does a firewall let this machine's address through?";
    return `${where(attempt)}: no connection: ${hint}`;
  }
}

function placeOf({ host, port }: Target): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Where, and after how long. */
function where({ target, start }: Attempt): string {
  return `${placeOf(target)} after ${Date.now() - start} ms`;
}

function speaker(chunk: Uint8Array): string {
  // A record of TLS: its type from 20 to 23, then the version.
  const [type = 0, version] = chunk;
  if (type >= 20 && type <= 23 && version === 3) return "the SMSC speaks TLS at that port: use smpps://, or its port without TLS";
  const beginning = Array.from(chunk.subarray(0, 32), (octet) => String.fromCharCode(octet)).join("");
  const known = OTHERS.find(([pattern]) => pattern.test(beginning));
  return known?.[1] ?? `what answers there does not speak SMPP (it begins with ${JSON.stringify(beginning.slice(0, 16))}): check the port, and whether it wants TLS`;
}

/** No connection was made. */
function notMade(attempt: Attempt, error: unknown): SmppError {
  const message = `${where(attempt)}: ${reason(error, attempt.target.tls !== undefined)}`;
  return new ConnectionLostError(message, { code: "connection-failed", outcome: "not-sent", retryable: true, cause: error });
}

/** It ended before the SMSC said anything. */
function lost(attempt: Attempt, error: Error | undefined): Error {
  if (error instanceof SmppError) return error;
  const why = error === undefined || codeOf(error) === "ECONNRESET" ? "" : `${reason(error, attempt.target.tls !== undefined)}; `;
  const hint = attempt.target.tls === undefined ? "check whether it wants TLS (smpps://), and whether it lets this machine's address in" : "check whether it lets this machine's address in";
  return new ConnectionLostError(`${where(attempt)}: ${why}the connection was closed before the bind was answered: ${hint}`, {
    code: "connection-lost", outcome: "unknown", retryable: true, cause: error,
  });
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code ?? "");
}
