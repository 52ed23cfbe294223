import { openSocket } from "../../../js/client/sockets/bun.ts";
import { socketTests } from "../client/sockets.suite.ts";

socketTests("bun", openSocket, { clientCertificate: true, insecure: true });
