// Base64, in its own alphabet and in that of URLs.

/** The octets of a text that is nothing but base64; undefined if it is something else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const letters = text.replace(/\s/g, "").replace(/={1,2}$/, "").replaceAll("-", "+").replaceAll("_", "/");
  if (letters.length === 0 || letters.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(letters)) return undefined;
  return Uint8Array.from(atob(letters), (char) => char.charCodeAt(0));
}

/** For URLs, without padding. */
export function toBase64Url(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
