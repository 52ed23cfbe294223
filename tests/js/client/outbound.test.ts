import { bun, deno } from "../../../scripts/lib.mjs";
import { outboundTests, stoppedTest } from "./outbound.suite.ts";

outboundTests();

const [denoProgram, bunProgram] = [deno(), bun()];
stoppedTest("Node", [process.execPath]);
stoppedTest("Deno", denoProgram ? [denoProgram, "run", "--allow-all", "--no-lock"] : []);
stoppedTest("Bun", bunProgram ? [bunProgram] : []);
