// What each benchmark takes on its command line: `npm run bench -- memory --million`. An option that a chosen benchmark does not have is
// refused before anything is built or measured.

import { basename } from "node:path";
import { parseArgs } from "node:util";

const count = (fallback) => ({ type: "string", default: String(fallback), number: true });

/** The options of each benchmark that has any; those of `count` are numbers of messages. */
export const OPTIONS = {
  gateway: { beside: { type: "string" }, kept: count(100_000), messages: count(10_000), old: count(1_000_000), receipts: count(13_000), waiting: count(100_000) },
  memory: { million: { type: "boolean", default: false } },
  reports: { million: { type: "boolean", default: false } },
};

/** The options of the runner, `scripts/bench.mjs`, itself. */
const RUNNER = { save: { type: "boolean", default: false } };

/** The name of a benchmark by its file: `send` for `benches/send.bench.mjs`. */
export const nameOf = (file) => basename(file).replace(/\.bench\.mjs$/, "");

/**
 * Reads the words behind `npm run bench --`. Returns the runner's own options as `options`, the benchmarks `wanted` (all, if none is named),
 * and for each its arguments. Throws an Error with a message for the user.
 */
export function readCommand(words, all) {
  const { values, positionals, tokens } = parsed(words, Object.assign({}, RUNNER, ...Object.values(OPTIONS)));
  const unknown = positionals.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`No benchmark ${unknown.join(", ")}. There are: ${all.join(", ")}.`);
  const wanted = all.filter((name) => positionals.length === 0 || positionals.includes(name));
  const given = tokens.filter(({ kind, name }) => kind === "option" && !Object.hasOwn(RUNNER, name));
  const passed = given.map(({ name, value }) => (value === undefined ? `--${name}` : `--${name}=${value}`));
  for (const name of wanted) optionsOf(name, passed);
  return { options: { save: values.save ?? false }, wanted, passed };
}

/**
 * The options of a benchmark, given by name or file, as its process was given them.
 * @throws Error for an option that it does not have, or one whose value is not a whole number from 1 on where a number is expected
 */
export function optionsOf(benchmark, words = process.argv.slice(2)) {
  const name = nameOf(benchmark);
  const options = OPTIONS[name] ?? {};
  const { values, positionals } = parsed(words, options, `The benchmark ${name} has ${listed(options)}.`);
  if (positionals.length > 0) throw new Error(`${positionals[0]}: the benchmark ${name} takes options only.`);
  const read = Object.entries(options).map(([option, { number, default: fallback }]) => {
    const value = values[option] ?? fallback;
    if (!number) return [option, value];
    if (!/^[1-9]\d{0,14}$/.test(value)) throw new Error(`--${option}: a whole number from 1 on is expected, not "${value}".`);
    return [option, Number(value)];
  });
  return Object.fromEntries(read);
}

function parsed(words, options, known = `There are: ${listed(options)}.`) {
  const types = Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]));
  try {
    return parseArgs({ args: words, options: types, allowPositionals: true, strict: true, tokens: true });
  } catch (error) {
    // Node's own message goes on about positional arguments.
    const [message] = error.message.split(". ");
    throw new Error(`${message}. ${known}`, { cause: error });
  }
}

function listed(options) {
  const names = Object.keys(options).map((name) => `--${name}`);
  return names.length === 0 ? "no options" : names.join(", ");
}
