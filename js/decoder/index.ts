// The entry `smpp-edge/decoder`: PDUs, receipts and texts without a socket.

export { init } from "../engine/init.ts";
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
  type Report,
  type ReceiptTlvs,
  type SegmentCount,
} from "../engine/explained.ts";
export { EngineError, type PduInput, type TlvInput } from "../engine/types.ts";
