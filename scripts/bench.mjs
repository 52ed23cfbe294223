// npm run bench: the benchmarks against peers. `npm run bench -- send` runs only benches/send.bench.mjs. Options, such as `--million`, go to
// the benchmarks (benches/support/options.mjs); `--save` puts the figures into benches/README.md.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { nameOf, readCommand } from "../benches/support/options.mjs";
import { build } from "./build.mjs";
import { at, Failure, files, node24, run, start } from "./lib.mjs";

await run(async () => {
  const all = files("benches").filter((path) => dirname(path) === at("benches") && path.endsWith(".bench.mjs"));
  const { options, wanted, passed } = read(process.argv.slice(2), all.map(nameOf));

  await build();
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-bench-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const tables = {};
  for (const path of all.filter((file) => wanted.includes(nameOf(file)))) {
    const name = nameOf(path);
    const noted = join(directory, name);
    await new Promise((fulfil, reject) => {
      const args = ["--expose-gc", "--disable-warning=ExperimentalWarning", path, ...passed];
      const child = start(node24(), args, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, BENCH_TABLES: noted } });
      child.on("error", reject);
      child.on("exit", (code, signal) => (code === 0 ? fulfil() : reject(new Failure(`${name} ended with ${signal ?? `exit code ${code}`}`))));
    });
    if (existsSync(noted)) tables[name] = readFileSync(noted, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  }
  if (options.save) await (await import("../benches/support/save.mjs")).save(tables);
});

function read(words, all) {
  try {
    return readCommand(words, all);
  } catch (error) {
    throw new Failure(error.message);
  }
}
