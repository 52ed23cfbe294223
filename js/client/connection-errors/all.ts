/** What a system's error code means, and what to look at. */
const SYSTEM: Record<string, string> = {
  ECONNREFUSED: "connection refused: nothing listens at that port; check host and port",
  ETIMEDOUT: "no answer: check the host, and whether a firewall lets this machine's address through",
  EHOSTUNREACH: "the host can't be reached: check the network and the address",
  ENETUNREACH: "the network can't be reached: check the network (IPv6 without a route does this, too)",
  EADDRNOTAVAIL: "this machine has no address or port left to connect from",
  ENOTFOUND: "the name is not known: check the host's spelling and the DNS",
  EAI_AGAIN: "the DNS did not answer: check the network and the resolver",
  ECONNRESET: "the peer broke the connection off: check whether it wants TLS, and whether it lets this machine's address in",
  EPIPE: "the peer closed the connection",
  EMFILE: "this process has too many files and sockets open",
};

const NO_TLS = "what answers there does not speak TLS: use smpp:// in place of smpps://, or the SMSC's TLS port";
const OWN_CERTIFICATE = "the SMSC wants a client's certificate: give tls.cert and tls.key";

/** Errors of TLS by their code, or by what their message has. */
const TLS: [RegExp, string][] = [
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL|InvalidContentType|corrupt message|NotTLS/i, NO_TLS],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate (has )?expired|Expired/, "the SMSC's certificate is out of date"],
  [/SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|UnknownIssuer|self.signed|unable to (verify|get)/i, "the SMSC's certificate is of an authority that is not trusted here: give it in tls.ca"],
  [/ALTNAME|NotValidForName|Hostname.*match/i, "the SMSC's certificate is for another name: give that name in tls.servername, or connect by it"],
  [/CERTIFICATE_REQUIRED|certificate required|HANDSHAKE_FAILURE|handshake failure|BAD_CERTIFICATE|bad certificate/i, OWN_CERTIFICATE],
  [/UNKNOWN_CA|unknown ca/i, "the SMSC does not trust the client's certificate: check tls.cert"],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|protocol version/i, "the SMSC speaks other versions of TLS than this runtime"],
  [/before secure TLS connection|TLS handshake|Unexpected ?EOF|socket hang up/i, `the connection ended during the TLS handshake: ${NO_TLS}`],
];

/** What speaks first and is not SMPP, whose first byte is 0. */
export const OTHERS: [RegExp, string][] = [
  [/^HTTP\/|^<!DOCTYPE|^<html/i, "an HTTP server answers there: check the port"],
  [/^SSH-/, "an SSH server answers there: check the port"],
  [/^220[ -]/, "a mail or FTP server answers there: check the port"],
  [/^\* OK|^\+OK/, "a mail server answers there: check the port"],
];

/** What an error of a connection means, and what to look at. `secure`: it was to have TLS. */
export function reason(error: unknown, secure: boolean): string {
  // Of several addresses each has its reason.
  const several = (error as { errors?: unknown } | undefined)?.errors;
  if (Array.isArray(several) && several.length > 0) {
    return several.map((each: unknown) => `${(each as { address?: string }).address ?? "an address"}: ${reason(each, secure)}`).join("; ");
  }
  const code = String((error as { code?: unknown } | undefined)?.code ?? "");
  const message = error instanceof Error ? error.message : String(error);
  const known = (secure ? TLS.find(([pattern]) => pattern.test(code) || pattern.test(message))?.[1] : undefined)
    ?? SYSTEM[code] ?? Object.entries(SYSTEM).find(([name]) => message.includes(name))?.[1]
    ?? (/refused/i.test(message) ? SYSTEM["ECONNREFUSED"] : undefined);
  return known === undefined ? message || code || "it could not be made" : `${known} (${message || code})`;
}
