/** Whether `hostname` (as a URL has it) names this machine or a private network. Names are not resolved. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.+$/, "");
  if (host.startsWith("[")) return isPrivateV6(host.slice(1, -1));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return isPrivateV4(host.split(".").map(Number));
  return host === "localhost" || !host.includes(".") || /\.(localhost|localdomain|local|internal|lan|home|arpa|intranet|corp|private|onion|alt)$/.test(host);
}

function isPrivateV4(octets: number[]): boolean {
  const [a = 0, b = 0, c = 0] = octets;
  return a === 0 || a === 10 || a === 127 || a >= 224 || (a === 100 && b >= 64 && b < 128) || (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 192 && b === 0 && (c === 0 || c === 2)) || (a === 192 && b === 88 && c === 99) ||
    (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) || (a === 203 && b === 0 && c === 113);
}

/** Only global unicast (2000::/3) is public, and of it not what embeds another address or documents. */
function isPrivateV6(address: string): boolean {
  const [first = 0, second = 0] = address.split(":").map((group) => parseInt(group || "0", 16));
  const tunnel = first === 0x2002 || (first === 0x2001 && second < 0x200);
  const documentation = (first === 0x2001 && second === 0xdb8) || (first === 0x3fff && second < 0x1000);
  return first < 0x2000 || first > 0x3fff || tunnel || documentation;
}
