// The same inbound traffic as on Node, with this runtime's build and sockets.

import { inboundTests } from "../client/inbound.suite.ts";

inboundTests();
