// npm run soak: five minutes of sending at full rate over links that are cut; SECONDS=60 takes another time.

import { build } from "./build.mjs";
import { at, must, node24, run } from "./lib.mjs";

await run(async () => {
  await build();
  const seconds = process.env.SECONDS ?? "300";
  console.log(await must(node24(), ["--test", at("tests", "js", "soak", "soak.test.ts")], { env: { ...process.env, SECONDS: seconds } }));
});
