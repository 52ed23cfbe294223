// npm run docs: makes site/dist/, a static site of docs/, with the API's reference, rustdoc and the decoder page in it.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { at, execute, exists, Failure, fingerprint, must, node24, once, run, step, targetDir, windows } from "./lib.mjs";

const repository = "https://github.com/smpp-edge/smpp-edge/blob/main";
/** Beside site/node_modules, where VitePress looks for its own modules. */
const work = at("site", "pages");

const groups = {
  Start: ["quick-start", "tutorial", "recipes", "vite", "node-smpp"],
  Client: ["options", "errors", "reports", "texts", "networks", "vendor-tlvs"],
  Gateway: ["gateway", "http-api", "operations"],
  Tools: ["commands", "troubleshooting", "wasm-pack", "rust"],
};
/** The pages of the reference, by the declarations that they are made of. */
const reference = {
  client: "smpp-edge", decoder: "smpp-edge/decoder", server: "smpp-edge/server", "simulator/testing": "smpp-edge/testing", gateway: "smpp-edge/worker",
  "gateway/applications": "smpp-edge/applications", "gateway/limits": "smpp-edge/limits", "gateway/statistics": "smpp-edge/statistics", "gateway/routing": "smpp-edge/routing",
};

/** Installs what makes the site, unless it is there. */
export async function installGenerator() {
  await once("site", fingerprint(["site/package-lock.json"]), ["site/node_modules/.package-lock.json"], () =>
    step("Installing VitePress and TypeDoc", () => must("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: at("site"), shell: windows })),
  );
}

/** Makes site/dist/. Expects dist/ to be built. */
export async function buildSite() {
  await installGenerator();
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, "public"), { recursive: true });
  cpSync(at("site", ".vitepress"), join(work, ".vitepress"), { recursive: true });

  const pages = readdirSync(at("docs")).filter((name) => name.endsWith(".md") && name !== "README.md");
  for (const name of pages) writeFileSync(join(work, name), onSite(readFileSync(at("docs", name), "utf8")));
  writeFileSync(join(work, "index.md"), `${readFileSync(at("site", "index.md"), "utf8")}\n${onSite(readFileSync(at("docs", "README.md"), "utf8")).replace(/^# .*/, "## All pages")}`);
  for (const name of readdirSync(at("docs")).filter((name) => !name.endsWith(".md"))) cpSync(at("docs", name), join(work, name.endsWith(".png") ? "" : "public", name));
  cpSync(at("dist", "decoder-page"), join(work, "public", "decoder"), { recursive: true });
  cpSync(at("dist", "decoder-page", "icon.svg"), join(work, "public", "icon.svg"));

  await step("Reading the API", apiReference);
  await step("Reading the commands' flags", flagReference);
  await step("Documenting the crate", async () => {
    await must("cargo", ["doc", "--locked", "--no-deps", "--package", "smpp-edge", "--package", "smpp-edge-tokio"]);
    cpSync(join(targetDir, "doc"), join(work, "public", "rustdoc"), { recursive: true });
  });
  writeFileSync(join(work, ".vitepress", "pages.json"), JSON.stringify({ groups: sidebar(pages), reference: Object.entries({ ...reference, flags: "Flags of the commands" }).map(([name, text]) => ({ text, link: `/api/${name}` })) }));
  await step("Building the site", () => must(node24(), [at("site", "node_modules", "vitepress", "bin", "vitepress.js"), "build", work], { cwd: at("site") }));
}

/** Links to files outside of docs/ lead to the repository; a brace in code is none of Vue's. */
function onSite(text) {
  const braces = /`([^`\n]*\{\{[^`\n]*)`/g;
  return text.replace(braces, (_, code) => `<code>${code.replace(/[{}<>&]/g, (character) => `&#${character.charCodeAt(0)};`)}</code>`).replace(/\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)/g, (link, path, anchor = "") => {
    const target = posix.normalize(posix.join("docs", path));
    if (target === "docs/README.md") return `](index.md${anchor})`;
    return target.startsWith("docs/") ? link : `](${repository}/${target}${anchor})`;
  });
}

/** Pages that no group names come last, so that a new one is not forgotten. */
function sidebar(pages) {
  const title = (name) => /^# (.*)$/m.exec(readFileSync(at("docs", `${name}.md`), "utf8"))[1].replaceAll("`", "");
  const named = Object.values(groups).flat();
  const rest = pages.map((name) => basename(name, ".md")).filter((name) => !named.includes(name));
  return Object.entries({ ...groups, ...(rest.length > 0 ? { More: rest } : {}) }).map(([text, names]) => ({ text, items: names.map((name) => ({ text: title(name), link: `/${name}` })) }));
}

/** The declarations that the package ships, as pages: one for each entry. */
async function apiReference() {
  const out = join(work, "api");
  const options = {
    entryPoints: Object.keys(reference).map((name) => [`${name}/index.d.ts`, `${name}.d.ts`].map((path) => at("dist", "types", path)).find((path) => exists(path))),
    tsconfig: join(work, "tsconfig.json"), skipErrorChecking: true, out, plugin: [at("site", "node_modules", "typedoc-plugin-markdown", "dist", "index.js")],
    readme: "none", outputFileStrategy: "modules", entryFileName: "index", hidePageHeader: true, hideBreadcrumbs: true, disableSources: true, excludeExternals: true, excludePrivate: true, excludeInternal: true,
    parametersFormat: "table", interfacePropertiesFormat: "table", classPropertiesFormat: "table", typeDeclarationFormat: "table", enumMembersFormat: "table", logLevel: "Warn",
    // Members are held against their code by tests/js/documents/settings.test.mjs.
    validation: { notDocumented: true, notExported: false, invalidLink: true, rewrittenLink: false }, treatValidationWarningsAsErrors: true,
    requiredToBeDocumented: ["Class", "Interface", "Function", "TypeAlias", "Variable", "Enum"],
  };
  writeFileSync(join(work, "tsconfig.json"), JSON.stringify({ compilerOptions: { target: "es2024", module: "esnext", moduleResolution: "bundler", lib: ["es2024", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"], types: [], skipLibCheck: true, allowImportingTsExtensions: true, noEmit: true }, files: options.entryPoints }));
  writeFileSync(join(work, "typedoc.json"), JSON.stringify(options));
  await must(node24(), [at("site", "node_modules", "typedoc", "bin", "typedoc"), "--options", join(work, "typedoc.json")], { cwd: work });
  for (const name of ["tsconfig.json", "typedoc.json"]) rmSync(join(work, name));
  for (const [name, entry] of Object.entries(reference)) {
    const path = join(out, `${name}.md`);
    if (!exists(path)) throw new Failure(`TypeDoc wrote no ${path}: ${readdirSync(dirname(path)).join(", ")}`);
    writeFileSync(path, readFileSync(path, "utf8").replace(/^# .*$/m, `# ${entry}`));
  }
}

/** What each command's `--help` prints, as a page. */
async function flagReference() {
  const help = async (...words) => {
    const { code, output } = await execute(node24(), [at("dist", "node", "smpp-edge.js"), ...words, "--help"]);
    if (code !== 0) throw new Failure(output);
    return output;
  };
  const names = [...(await help()).matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name);
  const sections = await Promise.all(names.map(async (name) => `## ${name}\n\n\`\`\`text\n${await help(name)}\`\`\`\n`));
  writeFileSync(join(work, "api", "flags.md"), `# Flags of the commands\n\nWhat \`npx smpp-edge COMMAND --help\` prints. [Commands](../commands.md) shows how they are used.\n\n${sections.join("\n")}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await run(async () => {
    await build();
    await buildSite();
    console.log(`\n${at("site", "dist")} is ready for any web server. Look at it: npx vitepress preview pages, in site/. Deploy it: npx wrangler deploy --config site/wrangler.jsonc`);
  });
}
