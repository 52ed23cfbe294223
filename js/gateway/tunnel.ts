import { TUNNEL_PROTOCOL } from "../server/tunnel.ts";
import { serveTunnel } from "./application/tunnel.ts";
import { authenticate } from "./http/keys.ts";
import { demand } from "./model/caller.ts";
import type { GatewayEnv } from "./model/config.ts";
import { ProblemError } from "./model/problem.ts";

/**
 * Takes a WebSocket of `npx smpp-edge tunnel`, which carries the connection of one application. The request needs an API key with the scope
 * `tunnel`. Throws a `ProblemError` otherwise.
 */
export async function acceptTunnel(request: Request, env: GatewayEnv): Promise<Response> {
  demand(await authenticate(request, env), "tunnel");
  if (request.method !== "GET") throw new ProblemError("method-not-allowed", "GET can be used", undefined, { allow: "GET" });
  const protocols = request.headers.get("sec-websocket-protocol")?.split(/\s*,\s*/) ?? [];
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket" || !protocols.includes(TUNNEL_PROTOCOL)) {
    throw new ProblemError("upgrade-required", `Expected an upgrade to WebSocket with the protocol ${TUNNEL_PROTOCOL}`, undefined, { upgrade: "websocket" });
  }
  const { 0: client, 1: server } = new WebSocketPair();
  void serveTunnel(server, env, peerOf(request));
  return new Response(null, { status: 101, webSocket: client, headers: { "sec-websocket-protocol": TUNNEL_PROTOCOL } });
}

/** The address of who opened the tunnel, as sockets name it: nobody knows the port, and only Cloudflare the address. */
function peerOf({ headers }: Request): string {
  const address = headers.get("cf-connecting-ip") ?? "0.0.0.0";
  return address.includes(":") ? `[${address}]:0` : `${address}:0`;
}
