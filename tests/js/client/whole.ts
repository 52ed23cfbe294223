// The client and, of the same build, the module under it.

export { Act } from "#boundary";
export { wasm } from "#wasm";
export { connect, SmppError } from "../../../js/client/index.ts";
