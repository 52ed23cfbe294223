import type { GatewayEnv } from "../model/config.ts";
import { problem, problemResponse } from "../model/problem.ts";
import { demandReachable } from "./keys.ts";

/** The console, what it is made of, the decoder, and the API's description. */
const PAGES = /^\/($|console\/|decoder(\/|$)|openapi\.json$)/;

/** The pages load nothing from elsewhere, and run nothing that is not a file of theirs; the decoder runs a WebAssembly module. */
const POLICY = "default-src 'none'; connect-src 'self'; img-src 'self'; style-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const HEADERS = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin" };

/** Bindings of the ready Worker. */
export interface PagesEnv extends GatewayEnv {
  /** The static files in `dist/pages`. */
  ASSETS?: Fetcher;
}

/**
 * The answer to a request for a page, undefined for any other request. Pages are for all, since they contain no data: what they show comes
 * by the API. Without API keys they are for this machine only, as all else is: then it throws 403.
 */
export async function page(request: Request, env: PagesEnv): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (!env.ASSETS || !PAGES.test(pathname)) return undefined;
  await demandReachable(request, env);
  if (request.method !== "GET" && request.method !== "HEAD") return problemResponse(problem("method-not-allowed", "GET can be used"), { allow: "GET, HEAD" });
  const found = await env.ASSETS.fetch(request);
  if (found.status === 404) return undefined;
  const answer = new Response(found.body, found);
  const scripts = pathname.startsWith("/decoder/") ? "script-src 'self' 'wasm-unsafe-eval'" : "script-src 'self'";
  for (const [name, value] of Object.entries({ ...HEADERS, "content-security-policy": `${POLICY}; ${scripts}` })) answer.headers.set(name, value);
  return answer;
}
