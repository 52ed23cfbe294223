// Addresses of peers, and the networks that they are in.

/** Whether the peer `192.0.2.1:2775` or `[2001:db8::1]:2775` is in one of the networks. */
export function isIn(peer: string, networks: string[]): boolean {
  const address = bits(peer.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"));
  return address !== undefined && networks.some((network) => {
    const [base = "", length] = network.split("/");
    const own = bits(base);
    if (own === undefined || own.length !== address.length) return false;
    const prefix = length === undefined ? own.length : Number(length);
    return prefix <= own.length && own.slice(0, prefix) === address.slice(0, prefix);
  });
}

/** The bits of an address as a text; undefined if it is none. */
function bits(address: string): string | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return bits(mapped[1]!);
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const octets = address.split(".").map(Number);
    return octets.every((octet) => octet < 256) ? octets.map((octet) => binary(octet, 8)).join("") : undefined;
  }
  const halves = address.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const [head = [], tail] = halves;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length > 2 || (tail === undefined ? missing !== 0 : missing < 1)) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...(tail ?? [])];
  return groups.every((group) => /^[\da-f]{1,4}$/i.test(group)) ? groups.map((group) => binary(parseInt(group, 16), 16)).join("") : undefined;
}

function binary(value: number, length: number): string {
  return value.toString(2).padStart(length, "0");
}
