// The page's script, and the service worker that keeps it for when there is no network.

import { start } from "../view/app.ts";

start();

// Browsers have service workers only where the page came by https, or from this machine.
if ("serviceWorker" in navigator) navigator.serviceWorker.register("sw.js").catch(() => undefined);
