// A process that is stopped by a signal, on each runtime that has processes.

import { bun, deno } from "../../../scripts/lib.mjs";
import { stoppedTest } from "./outbound.suite.ts";

const [denoProgram, bunProgram] = [deno(), bun()];
stoppedTest("Node", [process.execPath]);
stoppedTest("Deno", denoProgram ? [denoProgram, "run", "--allow-all", "--no-lock"] : []);
stoppedTest("Bun", bunProgram ? [bunProgram] : []);
