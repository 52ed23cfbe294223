// What the client's unit tests reach behind its face.

import { findCountry } from "../../../js/client/countries.ts";
import { readOptions as read, type Settings } from "../../../js/client/options.ts";
import type { ConnectOptions } from "../../../js/client/types.ts";

export { Bulk } from "../../../js/client/bulk.ts";
export { LoopQueue } from "../../../js/client/loop.ts";
export { SmppClient } from "../../../js/client/client.ts";
export { Deliveries } from "../../../js/client/delivery.ts";
export { formatAddress, numberOf, readAddress, readRecipient } from "../../../js/client/address.ts";
export { findCountry as country } from "../../../js/client/countries.ts";
export const readOptions = (url: string | URL, given?: ConnectOptions): Settings => read(url, given, findCountry);
export { ConnectionWords } from "../../../js/client/connection-words.ts";
export { Generations } from "../../../js/client/generations.ts";
export { openSocket } from "../../../js/client/sockets/node.ts";
export { openWinterTc } from "../../../js/client/sockets/wintertc.ts";
export * as errors from "../../../js/client/errors.ts";
export * as refusals from "../../../js/client/refusal.ts";
export { readSchedule, readValidity } from "../../../js/client/time.ts";
