// npm run bench: the benchmarks against peers. `npm run bench -- send` runs only benches/send.bench.*, or the criterion benchmark of that name.
// Options, such as `--million`, go to the benchmarks; `--save` puts what they tell into benches/README.md.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { build } from "./build.mjs";
import { at, Failure, files, node24, run, start } from "./lib.mjs";

await run(async () => {
  const [flags, wanted] = [true, false].map((flag) => process.argv.slice(2).filter((word) => word.startsWith("--") === flag));
  const name = (path) => basename(path).replace(/(\.bench)?\.[a-z]+$/, "");
  const all = files("benches").filter((path) => dirname(path) === at("benches") && /\.bench\.(ts|mjs)$|\.rs$/.test(path));
  const chosen = all.filter((path) => wanted.length === 0 || wanted.includes(name(path)));
  if (chosen.length === 0) throw new Failure(`No benchmark ${wanted.join(", ")}. There are: ${all.map(name).join(", ")}.`);

  await build();
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-bench-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const tables = {};
  for (const path of chosen) {
    const noted = join(directory, name(path));
    const [command, args] = path.endsWith(".rs") ? ["cargo", ["bench", "--bench", name(path)]] : [node24(), ["--expose-gc", "--disable-warning=ExperimentalWarning", path, ...flags]];
    await new Promise((fulfil, reject) => {
      const child = start(command, args, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, BENCH_TABLES: noted } });
      child.on("error", reject);
      child.on("exit", (code, signal) => (code === 0 ? fulfil() : reject(new Failure(`${name(path)} ended with ${signal ?? `exit code ${code}`}`))));
    });
    if (existsSync(noted)) tables[name(path)] = readFileSync(noted, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  }
  if (flags.includes("--save")) await (await import("../benches/support/save.mjs")).save(tables);
});
