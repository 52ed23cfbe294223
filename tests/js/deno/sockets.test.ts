import { openSocket } from "../../../js/client/sockets/deno.ts";
import { socketTests } from "../client/sockets.suite.ts";

socketTests("deno", openSocket, { clientCertificate: true, insecure: true });
