/** Six random digits. */
export function randomCode(): string {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  return String(random % 1_000_000).padStart(6, "0");
}

/** The hash that is stored in place of the code. It needs the key: a hash without a key gives the code away after a million tries. */
export async function hash(key: string, phone: string, code: string): Promise<ArrayBuffer> {
  return crypto.subtle.sign("HMAC", await imported(key), encode(phone, code));
}

/** Whether the hash belongs to the code. Takes the same time for a wrong code as for the right one. */
export async function matches(key: string, phone: string, code: string, expected: ArrayBuffer): Promise<boolean> {
  return crypto.subtle.verify("HMAC", await imported(key), expected, encode(phone, code));
}

const encode = (phone: string, code: string) => new TextEncoder().encode(`${phone} ${code}`);
const imported = (key: string) => crypto.subtle.importKey("raw", new TextEncoder().encode(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
