// The same outbound traffic as on Node, with this runtime's build and sockets.

import { outboundTests } from "../client/outbound.suite.ts";

outboundTests();
