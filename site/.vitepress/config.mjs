// The site over docs/. scripts/docs.mjs puts this folder and the pages together, and says which pages there are.

import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";

const { groups, reference } = JSON.parse(readFileSync(new URL("pages.json", import.meta.url), "utf8"));

const repository = "https://github.com/smpp-edge/smpp-edge";

/** As GitHub makes anchors, so that links in docs/ lead to the same places on both. */
const slugify = (title) => title.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-");

export default defineConfig({
  title: "smpp-edge",
  description: "SMPP for JavaScript at the edge: send SMS and take delivery reports from Cloudflare Workers, Node.js, Deno and Bun",
  cleanUrls: true,
  srcExclude: ["public/**"],
  outDir: "../dist",
  head: [["link", { rel: "icon", href: "/icon.svg", type: "image/svg+xml" }]],
  markdown: { anchor: { slugify }, theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" } },
  // Files that other programs made: rustdoc, the decoder.
  ignoreDeadLinks: [/^\/(rustdoc|decoder)\//],
  themeConfig: {
    logo: "/icon.svg",
    search: { provider: "local" },
    nav: [
      { text: "Guide", link: "/quick-start" },
      { text: "API", items: [...reference, { text: "Rust", link: "/rustdoc/smpp_edge/index.html", target: "_self" }] },
      { text: "Decoder", link: "/decoder/", target: "_self" },
    ],
    sidebar: [...groups.map(({ text, items }) => ({ text, items })), { text: "API reference", items: [...reference, { text: "Rust crate", link: "/rustdoc/smpp_edge/index.html", target: "_self" }] }],
    outline: [2, 3],
    socialLinks: [{ icon: "github", link: repository }],
    footer: { message: "MIT OR Apache-2.0" },
  },
});
