// A Chromium for the tests of what runs in browsers.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { at, execute, step, windows } from "./lib.mjs";

const names = windows ? ["chrome.exe", "msedge.exe"] : ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];
const places = {
  darwin: ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"],
  win32: ["C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"],
};

// Downloads that don't end are given up.
const timeout = 5 * 60_000;

/**
 * The path of a Chromium: the one in $CHROMIUM, else one that is installed, else from the system's packages
 * (Debian as root), else Playwright's own. Undefined when there is none to be had.
 */
export function findBrowser() {
  return (search ??= find());
}

/** One search for all: an installation takes a while, and must not run twice. */
let search;

async function find() {
  return process.env.CHROMIUM ?? installed() ?? (await fromPackages()) ?? (await fromPlaywright());
}

function installed() {
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((directory) => names.map((name) => join(directory, name)));
  return [...onPath, ...(places[process.platform] ?? [])].find((path) => existsSync(path));
}

async function fromPackages() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return undefined;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await step("Installing the system's Chromium", async () => {
    await execute("apt-get", ["update", "-qq"], { env, timeout });
    await execute("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { env, timeout });
  });
  return installed();
}

async function fromPlaywright() {
  const { chromium } = await import("playwright-core");
  if (!existsSync(chromium.executablePath())) {
    await step("Installing Playwright's Chromium", () => execute(process.execPath, [at("node_modules", "playwright-core", "cli.js"), "install", "chromium"], { timeout }));
  }
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined;
}
