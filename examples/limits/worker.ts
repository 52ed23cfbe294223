// The ready gateway, with limits.
import "smpp-edge/limits";

export { default, SmppGateway, SmppLink } from "smpp-edge/gateway";
