// npm run programs: 20,000 programs drawn at random over the client's API; PROGRAMS=1000 runs another number, SEED and REPLAY one again.

import { build } from "./build.mjs";
import { at, must, node24, run } from "./lib.mjs";

await run(async () => {
  await build();
  const env = { ...process.env, PROGRAMS: process.env.PROGRAMS ?? "20000" };
  console.log(await must(node24(), ["--disable-warning=ExperimentalWarning", at("tests", "js", "programs", "main.ts")], { env }));
});
