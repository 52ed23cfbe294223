// The sockets of Node, imported and found at run time, and any WinterTC socket, here made of node:net.

import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { openSocket as openInline } from "../../../js/client/sockets/inline.ts";
import { openSocket } from "../../../js/client/sockets/node.ts";
import { openWinterTc } from "../../../js/client/sockets/wintertc.ts";
import type { WinterTcSocket } from "../../../js/client/types.ts";
import { socketTests } from "./sockets.suite.ts";

/** A WinterTC socket by Node's own bridge: streams without BYOB. */
function winterTc(socket: Socket): WinterTcSocket {
  const { readable, writable } = Duplex.toWeb(socket);
  return {
    readable: readable as ReadableStream<Uint8Array>,
    writable: writable as WritableStream<Uint8Array>,
    opened: new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    }),
    closed: new Promise<void>((resolve) => socket.once("close", () => resolve())),
    async close() {
      socket.destroy();
    },
  };
}

socketTests("node", openSocket, { clientCertificate: true, insecure: true });
socketTests("inline", openInline, { clientCertificate: true, insecure: true });
socketTests("wintertc", (target) => openWinterTc(({ hostname, port }) => winterTc(connect(port, hostname)), target), undefined);
