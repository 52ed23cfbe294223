/** `12.50` for 250 segments of 0.05 each, with at least two decimals. */
export function cost(segments: number, price: number): string {
  const decimals = Math.max(2, String(price).split(".")[1]?.length ?? 0);
  return `cost ${(segments * price).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: decimals })}`;
}
