// What programs print without the octets, or with a part of them only: refused by its name, with what to do instead.

import { Lossy } from "./given.ts";

const KINDS: { looks: RegExp; unless?: RegExp; is: string; instead: string }[] = [
  { looks: /^Follow: \w+,(?:ascii|ebcdic|utf-8)$/m, is: "a TCP stream followed as characters", instead: "Follow it as hex, raw or YAML: tshark -z follow,tcp,hex,0" },
  { looks: /^\s*(?:<\?xml[^>]*>\s*)?(?:<\?xml-stylesheet[^>]*>\s*)?(?:<!--[^]*?-->\s*)*<psml/, is: "PSML, a summary of packets", instead: "Export PDML, JSON or the capture itself." },
  { looks: /^"?No\."?,"?Time"?,"?Source"?/m, is: "a list of packets in CSV", instead: "Export JSON, PDML or the capture itself." },
  { looks: /^\s*\d+ +\d+\.\d+ +\S+ (?:→|->) \S+ +(?:SMPP|TCP)\b/m, is: "tshark's list of packets", instead: "Print the octets too: tshark -x" },
  { looks: /^Short Message Peer to Peer\b/m, is: "what Wireshark prints of the fields", instead: "Print the octets too: tshark -V -x, or “Copy as a hex stream”." },
  { looks: /^(?:\d\d:\d\d:\d\d\.\d+|\d{10}\.\d+|\d{4}-\d\d-\d\d [\d:.]+) IP6? \S+ > \S+: Flags/m, is: "what tcpdump prints without octets", instead: "Print them too: tcpdump -s 0 -X, or write a capture with -w." },
  { looks: /^[0-9a-f]{6,8}(?: +(?:nul|soh|stx|etx|eot|enq|ack|bel|bs|ht|nl|vt|ff|cr|so|si|dle|dc[1-4]|nak|syn|etb|can|em|sub|esc|fs|gs|rs|us|sp|del|[!-~])(?= |$)){4,}/m, is: "what od -a prints, which leaves out the highest bit of each octet", instead: "Use od -t x1." },
  { looks: /^[0-9a-f]{6,8}(?: +-?(?:\d+\.\d+(?:e[+-]?\d+)?|\d+e[+-]\d+|0|nan|inf))+ *$/m, is: "what od prints of octets as floating-point numbers", instead: "Use od -t x1." },
];

/** Throws a `Lossy` if the text is of such a form. */
export function refuseLossy(text: string): void {
  const kind = KINDS.find(({ looks }) => looks.test(text));
  if (kind) throw new Lossy(`This is ${kind.is}: the octets of the PDUs are not in it. ${kind.instead}`);
  if (text.includes("\uFFFD")) throw new Lossy("Octets of this text were replaced by “\uFFFD” when it was copied, and are lost. Paste hex or base64, or open the file itself.");
}
