// The entry `smpp-edge/decoder`: PDUs, receipts and texts without a socket.

export { init } from "../engine/init.ts";
export { encodePdu, statusMeaning, statusName } from "../engine/codec.ts";
export {
  decodePdus,
  parseReceipt,
  type Decoded,
  type DecodedPdu,
  type DecodeOptions,
  type Fault,
  type Field,
  type Report,
  type ReceiptTlvs,
} from "../engine/explained.ts";
export { countSegments, type CountOptions, type SegmentCount } from "../engine/segments.ts";
export { EngineError, type PduInput, type TlvInput } from "../engine/types.ts";
