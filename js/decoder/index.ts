// The entry `smpp-edge/decoder`: PDUs, receipts and texts without a socket.

import { init as load } from "#wasm";

/** Resolves when everything here can be used: at once, but in a browser, which has to fetch the module first. */
export function init(): Promise<void> {
  return load();
}

export { encodePdu, statusMeaning, statusName } from "../engine/codec.ts";
export {
  countSegments,
  decodePdus,
  parseReceipt,
  type CountOptions,
  type Decoded,
  type DecodedPdu,
  type DecodeOptions,
  type Fault,
  type Field,
  type ParsedReceipt,
  type ReceiptTlvs,
  type SegmentCount,
} from "../engine/explained.ts";
export { EngineError, type PduInput, type TlvInput } from "../engine/types.ts";
