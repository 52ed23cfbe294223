// The Worker of worker.ts, with the client in a Durable Object, in workerd.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, startGateway, temporary } from "../gateway/support.mjs";

/** Starts it; stopped at the end of the test. */
export function startClientWorker(t) {
  const config = join(temporary(t), "wrangler.json");
  writeFileSync(config, JSON.stringify({
    name: "client",
    main: join(root, "tests", "js", "workerd", "worker.ts"),
    compatibility_date: "2026-10-01",
    durable_objects: { bindings: [{ name: "OBJECT", class_name: "ClientObject" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["ClientObject"] }],
  }));
  return startGateway(t, { config });
}
