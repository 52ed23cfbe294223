import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    cloudflareTest(({ inject }) => ({
      wrangler: { configPath: "./wrangler.jsonc" },
      miniflare: { bindings: { SMPP_URL: inject("smppUrl") } },
    })),
  ],
  test: { globalSetup: "./test/simulator.ts", restoreMocks: true },
});
