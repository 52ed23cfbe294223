// npm run simulator [-- --port 2775 …]: an SMSC for development; `-- --help` lists its options.

import { build } from "./build.mjs";
import { run } from "./lib.mjs";

await run(build);
process.argv.splice(2, 0, "simulator");
await import("../dist/node/smpp-edge.js");
