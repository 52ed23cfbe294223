// The ready gateway, to which programs bind by SMPP too.
export { default, SmppApplication, SmppGateway, SmppLink } from "smpp-edge/applications";
