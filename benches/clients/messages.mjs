// What every client sends: a thousand messages of everyday kind, each a submit_sm of about 110 octets.

export const messages = Array.from({ length: 1_000 }, (_, i) => ({
  from: "Example",
  to: `+4917012${String(34_567 + i * 41).padStart(5, "0")}`,
  text: `Your code is ${String((i * 7_919) % 1_000_000).padStart(6, "0")}. It is valid for ten minutes.`,
}));
