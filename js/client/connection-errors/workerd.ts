// workerd has no error codes, and takes neither an authority nor a certificate of yours: what can't be said or done there is not in its bundle.

/** Errors by what their message has. */
const KNOWN: [RegExp, string][] = [
  [/certificate (has )?expired/i, "the SMSC's certificate is out of date"],
  [/Hostname.*match/i, "the SMSC's certificate is for another name: connect by that name"],
  [/self.signed|not trusted|unable to (verify|get)/i, "the SMSC's certificate is of an authority that is not trusted here, and workerd takes none of yours"],
  [/WRONG_VERSION_NUMBER|TLS handshake/i, "what answers there does not speak TLS: use smpp:// in place of smpps://, or the SMSC's TLS port"],
  [/refused|cannot connect/i, "no connection: check host and port, and with smpps:// whether that port has TLS and a certificate of a public authority"],
];

/** What speaks first is shown by how it begins. */
export const OTHERS: [RegExp, string][] = [];

/** What an error of a connection means, and what to look at. Its message says whether it is of TLS. */
export function reason(error: unknown, _secure: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const known = KNOWN.find(([pattern]) => pattern.test(message))?.[1];
  return known === undefined ? message || "it could not be made" : `${known} (${message})`;
}
