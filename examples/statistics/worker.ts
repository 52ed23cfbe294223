// The ready gateway, with statistics.
import "smpp-edge/statistics";

export { default, SmppGateway, SmppLink } from "smpp-edge/gateway";
