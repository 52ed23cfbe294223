// The same exchanges as on Node, with this runtime's build and sockets.

import "../client/exchange.test.ts";
