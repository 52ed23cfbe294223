import { type Alphabet, type Concat, type EngineReport } from "./types.ts";
/** A field of a PDU, or a part of one. */
export interface Field {
    /** The specification's name: `"source_addr"`. */
    name: string;
    /** Octets from the start of the input. */
    offset: number;
    /** Octets it takes, the NUL of a string included. */
    length: number;
    /** Those octets. */
    bytes: Uint8Array;
    /** C-octet strings without their NUL, as Latin-1; integers; octets; or the entries of a list. */
    value: string | number | Uint8Array | Field[];
    /** What the value means, in words. */
    meaning?: string;
    /** Bit fields, or the parts it is made of. */
    children?: Field[];
}
/** What is wrong with a PDU or the stream, and where. */
export interface Fault {
    /** `"note"`: a departure from the specification that a tolerant reader lets pass; only with `strict`. */
    severity: "error" | "note";
    kind: string;
    field?: string;
    /** Octets from the start of the input. */
    offset: number;
    expected?: string;
    found?: string;
    /** The section of the specification that says so. */
    section?: string;
}
/** One PDU, explained. */
export interface DecodedPdu {
    /** Octets from the start of the input. */
    offset: number;
    commandLength: number;
    /** `"submit_sm"`; `"unknown"` if the command is not known. */
    command: string;
    commandId: number;
    status: number;
    /** `"ESME_ROK"`; `"unknown"` if the status is not known. */
    statusName: string;
    sequence: number;
    /** Whether it is structurally well-formed. */
    valid: boolean;
    /** The mandatory fields, in order. */
    fields: Field[];
    /** The optional parameters, in order. */
    tlvs: (Field & {
        tag: number;
    })[];
    faults: Fault[];
    /** The whole PDU. */
    bytes: Uint8Array;
    /** The text of a message. */
    text?: {
        value: string;
        encoding: string;
    };
    /** The elements of its user data header. */
    udh?: Field[];
    /** The delivery receipt that it is. */
    receipt?: ParsedReceipt;
}
/** What a receipt says. */
export type ParsedReceipt = Omit<EngineReport, "frame" | "key">;
export interface DecodeOptions {
    /** Also name what a tolerant reader lets pass. */
    strict?: boolean;
    /** Refuse PDUs of more octets; 65,536 unless set. */
    maxPdu?: number;
}
export interface Decoded {
    pdus: DecodedPdu[];
    /** Octets behind the last PDU: the beginning of another, or what `error` refuses. */
    rest: number;
    /** Why nothing behind the last PDU can be found. */
    error?: Fault;
}
/**
 * Takes a piece of an SMPP stream apart, field by field. Faults are located; what stands before and behind one is still
 * shown, and one bad PDU never hides the next.
 *
 * @param given octets, or hexadecimal digits
 * @throws EngineError if `given` is a string that is not hexadecimal
 */
export declare function decodePdus(given: Uint8Array | string, options?: DecodeOptions): Decoded;
/** The TLVs that speak of a receipt. */
export interface ReceiptTlvs {
    receipted_message_id?: string;
    message_state?: number;
    network_error_code?: Uint8Array;
}
/** Reads the text of a delivery receipt; undefined if it is not one. TLVs win over the text for identifier and state. */
export declare function parseReceipt(given: string | Uint8Array, tlvs?: ReceiptTlvs): ParsedReceipt | undefined;
export interface CountOptions {
    /** `"auto"` unless set. */
    encoding?: string;
    /** A language whose national tables may be used. */
    language?: string;
    concat?: Concat;
    defaultAlphabet?: Alphabet;
    transliterate?: boolean;
    /** Stands in for each character that can't be encoded. */
    substitute?: string;
    flash?: boolean;
    /** Further user data header elements, without the length octet. */
    udh?: Uint8Array;
    reference?: number;
}
export interface SegmentCount {
    encoding: string;
    dataCoding: number;
    segments: number;
    /** What the text takes in all: septets, UTF-16 units or octets. */
    units: number;
    /** How many more units the last segment holds. */
    remaining: number;
    /** What each segment carries, its user data header included. */
    parts: {
        octets: Uint8Array;
        udh?: Uint8Array;
    }[];
    /** What can't be encoded, with its index in UTF-16 units. */
    unencodable: {
        index: number;
        char: string;
    }[];
}
/** How `sendSms` would encode and split a text. Throws EngineError for options that make no sense. */
export declare function countSegments(given: string, options?: CountOptions): SegmentCount;
