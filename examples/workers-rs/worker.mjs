// What workerd starts: the module of `wasm-bindgen --target web`, whose `fetch` is the one of src/lib.rs.

import module from "./build/smpp_edge_worker_bg.wasm";
import { fetch, initSync } from "./build/smpp_edge_worker.js";

initSync({ module });

export default { fetch };
