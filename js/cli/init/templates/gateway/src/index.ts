// The ready gateway: HTTP API, RPC, the console at / and the decoder at /decoder/.
export { default, SmppGateway, SmppLink } from "smpp-edge/gateway";
