// The tables that show what `compare` measured.

import { digits, median, percent, ratio, spread, table } from "./figures.mjs";

/** `what` is counted ("message"); `names[client]` is how a client is called; `floor` is the client that the others are held against. */
export function report({ title, what, names, windows, window = "window", results, npm, floor }) {
  const head = ["", ...windows.map((size) => `${window} ${size.toLocaleString("en")}`)];
  const rows = (cell) => Object.keys(names).map((client) => [names[client], ...windows.map((size) => cell(results[client][size], size))]);
  const rounds = results[npm][windows[0]].cpu.length;
  table(`${title}: CPU µs a ${what}, median (lowest–highest of ${rounds})`, head, rows(({ cpu }) => spread(cpu)));
  table(`${title}: how many times less than ${names[npm]}`, head, rows(({ cpu }, size) => digits(ratio(results[npm][size].cpu, cpu))));
  if (floor === undefined) return;
  table(`${title}: how many times the ${names[floor]}`, head, rows(({ cpu }, size) => digits(ratio(cpu, results[floor][size].cpu))));
  table(`${title}: ${what}s a second, median`, head, rows(({ wall }) => digits(1e6 / median(wall))));
  table(`${title}: how much of the time the responder was working`, head, rows(({ responder, wallTotal }) => (Number.isNaN(responder) ? "–" : percent(responder, wallTotal))));
}
