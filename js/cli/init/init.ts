import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { parse, type FlagTable } from "../connection/flags.ts";
import { Failure, UsageError } from "../failure.ts";

const HELP = `smpp-edge init [flags] [folder]

Makes a project in a new or empty folder: a Cloudflare Worker with its
configuration, types, a test, and \`npm run dev\` with a simulated SMSC.
Nothing is installed or deployed.

  --template NAME   gateway (default): HTTP API, RPC, console and decoder
                    worker: a Worker of your own that sends by RPC
  --name NAME       of the Worker; default: the folder's
  --help

Exit codes: 0 done, 1 it can't be done, 2 wrong flags.
`;

const TEMPLATES = ["gateway", "worker"];

export const FLAGS = {
  template: { type: "string", choices: TEMPLATES },
  name: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const satisfies FlagTable;

/** What Cloudflare takes as a Worker's name. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Beside the bundle: the files of each template, and those that all have. */
const templates = new URL("../templates/", import.meta.url);
const manifest = new URL("../../package.json", import.meta.url);

/** `smpp-edge init`. */
export async function init(args: string[]): Promise<number> {
  const { values, positionals } = parse(args, FLAGS);
  if (values["help"] === true) {
    process.stdout.write(HELP);
    return 0;
  }
  if (positionals.length > 1) throw new UsageError(`one folder is expected, not ${positionals.length}`);
  const folder = resolve(positionals[0] ?? ".");
  const template = String(values["template"] ?? TEMPLATES[0]);
  if (!TEMPLATES.includes(template)) throw new UsageError(`--template ${template}: there are ${TEMPLATES.join(" and ")}`);
  make(folder, template, nameOf(values["name"] as string | undefined, folder));
  const place = relative("", folder);
  console.log(`${template === "gateway" ? "A gateway" : "A Worker"} is in ${place === "" ? "this folder" : place}.

${place === "" ? "" : `  cd ${quoted(place)}\n`}  npm install
  npm run dev     # on http://127.0.0.1:8787, with a simulated SMSC
  npm test

README.md says how to send a message, and how to deploy.`);
  const needed = newerNode(folder);
  if (needed !== undefined) console.log(`\nThe project needs Node.js ${needed} or newer; this is ${process.versions.node}.`);
  return 0;
}

/** Returns the version of Node that the project needs, if the running one is older. */
function newerNode(folder: string): string | undefined {
  const { engines } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { engines: { node: string } };
  const needed = engines.node.replace(">=", "");
  return needed.localeCompare(process.versions.node, "en", { numeric: true }) > 0 ? needed : undefined;
}

/** The Worker's name: the one that was asked for, or the folder's as far as it can be one. */
function nameOf(asked: string | undefined, folder: string): string {
  if (asked !== undefined) {
    if (!NAME.test(asked)) throw new UsageError(`--name ${asked}: 1 to 63 of a to z, 0 to 9 and "-" are expected, the last not at an end`);
    return asked;
  }
  const name = basename(folder).toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 63).replace(/^-+|-+$/g, "");
  return NAME.test(name) ? name : "sms";
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./\\:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Makes a folder and those above it. The `recursive` of `mkdirSync` never returns where the system makes none, such as below /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder);
}

function make(asked: string, template: string, name: string): void {
  if (existsSync(asked) && !statSync(asked).isDirectory()) throw new Failure(`${asked} is a file`);
  if (existsSync(asked) && readdirSync(asked).some((entry) => entry !== ".git")) throw new Failure(`${asked} is not empty: nothing was changed`);
  makeFolder(asked);
  // `cpSync` puts nothing into a folder that it is given by a link.
  const folder = realpathSync(asked);
  for (const part of ["common", template]) cpSync(new URL(part, templates), folder, { recursive: true });
  // A package leaves out files of that name.
  renameSync(join(folder, "_gitignore"), join(folder, ".gitignore"));
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  for (const file of ["package.json", "wrangler.jsonc", "README.md"]) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("{{name}}", name).replaceAll("{{version}}", `^${version}`));
  }
  const secrets = readFileSync(join(folder, ".dev.vars.example"), "utf8").replace('TOKEN=""', () => `TOKEN="${randomBytes(24).toString("base64url")}"`);
  writeFileSync(join(folder, ".dev.vars"), secrets, { mode: 0o600 });
}
