/** The module from its form as text, for where its file was left behind: by bundlers that do not know `new URL(…, import.meta.url)`. */
export async function inlined(): Promise<Uint8Array> {
  const { default: base64 } = await import("../../../dist/wasm-base64.js");
  return Uint8Array.from(atob(base64), (octet) => octet.charCodeAt(0));
}
