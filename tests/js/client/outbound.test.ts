import { outboundTests } from "./outbound.suite.ts";

outboundTests();
