import { createSimulator } from "smpp-edge/server";
import type { TestProject } from "vitest/node";

/** Vitest runs this in Node, beside the tests in workerd: an SMSC for them, on a free port. */
export default async function setup(project: TestProject) {
  const simulator = await createSimulator({ port: 0, controlPort: 0, delay: 50 });
  project.provide("smppUrl", simulator.url);
  project.provide("controlUrl", simulator.controlUrl!);
  return () => simulator.close();
}

declare module "vitest" {
  interface ProvidedContext {
    smppUrl: string;
    controlUrl: string;
  }
}
