// Builds dist/pages: what the gateway serves as static files, the console at /, the decoder below it, and the description of its API.

import { cpSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { at, exists, Failure, fingerprint, once, step } from "./lib.mjs";

const decoder = "dist/decoder-page";

/** Brings dist/pages up to date. Needs the decoder's page, if there is one, to be built. */
export async function buildPages() {
  await once("pages", fingerprint(["js/gateway/console", "js/gateway/model", "js/gateway/openapi.json", "js/decoder/page/theme.css", "js/decoder/view", decoder, "package-lock.json", "scripts/pages.mjs"]), ["dist/pages/index.html", "dist/openapi.json"], () =>
    step("Building the console", async () => {
      rmSync(at("dist/pages"), { recursive: true, force: true });
      mkdirSync(at("dist/pages/console"), { recursive: true });
      copyFileSync(at("js/gateway/console/index.html"), at("dist/pages/index.html"));
      copyFileSync(at("js/gateway/console/icon.svg"), at("dist/pages/console/icon.svg"));
      // In the package as well, for Workers of others to serve.
      for (const path of ["dist/pages/openapi.json", "dist/openapi.json"]) copyFileSync(at("js/gateway/openapi.json"), at(path));
      if (exists(decoder)) cpSync(at(decoder), at("dist/pages/decoder"), { recursive: true });
      const esbuild = await import("esbuild");
      const result = await esbuild.build({
        absWorkingDir: at(),
        entryPoints: { console: "js/gateway/console/main.ts", style: "js/gateway/console/console.css" },
        entryNames: "[name]",
        outdir: "dist/pages/console",
        bundle: true,
        minify: true,
        format: "esm",
        target: "es2022",
        logLevel: "silent",
      }).catch((error) => error);
      if (!result.errors?.length) return;
      const messages = await esbuild.formatMessages(result.errors, { kind: "error", color: process.stderr.isTTY });
      throw new Failure(`dist/pages can't be built:\n${messages.join("")}`);
    }),
  );
}
