// Deno by way of node:net and node:tls, which are as fast there as Deno.connect. Deno.connectTls would leave Nagle's delay on, can't
// take a server name together with a client certificate, and holds on to a connection that is closed during the handshake.

export { openSocket } from "./node.ts";
