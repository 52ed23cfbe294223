// npm run decode -- <hex>: PDUs explained.

import { build } from "./build.mjs";
import { run } from "./lib.mjs";

await run(build);
await import("../dist/node/decode.js");
