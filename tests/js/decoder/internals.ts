// What the page's tests reach behind its face.

export { encodePdu, type PduInput } from "../../../js/decoder/index.ts";
export { readFile } from "../../../js/decoder/input/file.ts";
export { single, type Given } from "../../../js/decoder/input/given.ts";
export { contentOf, otherReadings } from "../../../js/decoder/model/content.ts";
export { copyAs } from "../../../js/decoder/model/copy.ts";
export { compare } from "../../../js/decoder/model/compare.ts";
export { draftOf, encodeDraft } from "../../../js/decoder/model/draft.ts";
export { decodeEntry, type Entry } from "../../../js/decoder/model/entry.ts";
export { joinedText } from "../../../js/decoder/model/join.ts";
export { lint } from "../../../js/decoder/model/lint.ts";
export { nodeAt, nodesOf } from "../../../js/decoder/model/nodes.ts";
export { csvLines, jsonPieces } from "../../../js/decoder/model/export.ts";
export { findingIn, receiptsIn, statusIn } from "../../../js/decoder/model/finding.ts";
export { readingOfFile, readingOfGiven, readingOfText, type Reading } from "../../../js/decoder/model/reading.ts";
export { statisticsOf } from "../../../js/decoder/model/statistics.ts";
export { readTpdu } from "../../../js/decoder/model/tpdu.ts";
export { readEntries } from "../../../js/decoder/model/read.ts";
export { fromFragment, toFragment } from "../../../js/decoder/model/share.ts";
