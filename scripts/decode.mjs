// npm run decode -- <hex>: PDUs explained.

import { build } from "./build.mjs";
import { run } from "./lib.mjs";

await run(build);
process.argv.splice(2, 0, "decode");
await import("../dist/node/smpp-edge.js");
