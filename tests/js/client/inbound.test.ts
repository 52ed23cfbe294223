import { inboundTests } from "./inbound.suite.ts";

inboundTests();
