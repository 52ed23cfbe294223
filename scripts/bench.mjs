// npm run bench: the benchmarks against peers. `npm run bench -- send` runs only benches/send.bench.*, or the criterion benchmark of that name.

import { basename } from "node:path";
import { build } from "./build.mjs";
import { Failure, files, node24, run, start } from "./lib.mjs";

await run(async () => {
  const wanted = process.argv.slice(2);
  const name = (path) => basename(path).replace(/(\.bench)?\.[a-z]+$/, "");
  const all = files("benches").filter((path) => /\.bench\.(ts|mjs)$|\.rs$/.test(path));
  const chosen = all.filter((path) => wanted.length === 0 || wanted.includes(name(path)));
  if (chosen.length === 0) throw new Failure(`No benchmark ${wanted.join(", ")}. There are: ${all.map(name).join(", ")}.`);

  await build();
  for (const path of chosen) {
    const [command, args] = path.endsWith(".rs") ? ["cargo", ["bench", "--bench", name(path)]] : [node24(), ["--expose-gc", "--disable-warning=ExperimentalWarning", path]];
    await new Promise((fulfil, reject) => {
      const child = start(command, args, { stdio: ["ignore", "inherit", "inherit"] });
      child.on("error", reject);
      child.on("exit", (code, signal) => (code === 0 ? fulfil() : reject(new Failure(`${name(path)} ended with ${signal ?? `exit code ${code}`}`))));
    });
  }
});
