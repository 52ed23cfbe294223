// What the client's unit tests reach behind its face.

export { SmppClient } from "../../../js/client/client.ts";
export { Deliveries } from "../../../js/client/delivery.ts";
export { readOptions } from "../../../js/client/options.ts";
export { formatAddress, numberOf, readAddress, readRecipient } from "../../../js/client/address.ts";
export { country } from "../../../js/client/country.ts";
export { ConnectionWords } from "../../../js/client/connection-words.ts";
export { Generations } from "../../../js/client/generations.ts";
export { openSocket } from "../../../js/client/sockets/node.ts";
export { openWinterTc } from "../../../js/client/sockets/wintertc.ts";
export * as errors from "../../../js/client/errors.ts";
export * as refusals from "../../../js/client/refusal.ts";
export { readSchedule, readValidity } from "../../../js/client/time.ts";
