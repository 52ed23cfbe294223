// The same exchanges as on Node, with this runtime's build and sockets.

import { exchangeTests } from "../client/exchange.suite.ts";

exchangeTests();
