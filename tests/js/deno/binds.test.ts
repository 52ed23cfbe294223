// Several connections as one client, as on Node, with this runtime's build and sockets.

import { bindsTests } from "../client/binds.suite.ts";

bindsTests();
