import { connect, type PeerCertificate } from "node:tls";
import type { TlsOptions } from "../../client/types.ts";

const PORT = 3550;
const TIMEOUT = 10_000;
const DAY = 86_400_000;

/** The certificate of a server. */
export interface Certificate {
  subject: string;
  issuer: string;
  /** The names that it is for. */
  names: string[];
  /** ISO 8601. */
  validTo: string;
  daysLeft: number;
  protocol: string;
  /** Why it isn't trusted. */
  problem?: string;
}

/** Reads the certificate, whether it is trusted or not; undefined if there is no TLS at that port. */
export function readCertificate(url: URL, { ca, cert, key, servername }: TlsOptions): Promise<Certificate | undefined> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // The flags hold the content of PEM files.
  const pem = (given: TlsOptions["ca"]): string | undefined => (typeof given === "string" ? given : undefined);
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(url.port || PORT), servername: servername ?? (/^[\d.]+$|:/.test(host) ? "" : host), ca: pem(ca), cert: pem(cert), key: pem(key), rejectUnauthorized: false });
    const end = (found: Certificate | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(found);
    };
    const timer = setTimeout(() => end(undefined), TIMEOUT);
    socket.once("error", () => end(undefined));
    socket.once("secureConnect", () => end(described(socket.getPeerCertificate(), socket.getProtocol() ?? "", socket.authorizationError)));
  });
}

function described(certificate: PeerCertificate, protocol: string, problem: Error | string | undefined | null): Certificate {
  const until = new Date(certificate.valid_to);
  const found: Certificate = {
    subject: name(certificate.subject),
    issuer: name(certificate.issuer),
    names: (certificate.subjectaltname ?? "").split(", ").filter(Boolean),
    validTo: until.toISOString(),
    daysLeft: Math.floor((until.getTime() - Date.now()) / DAY),
    protocol,
  };
  if (problem) found.problem = problem instanceof Error ? problem.message : problem;
  return found;
}

function name(fields: PeerCertificate["subject"] | undefined): string {
  const { CN, O } = (fields ?? {}) as { CN?: string; O?: string };
  return CN ?? O ?? "no name";
}
