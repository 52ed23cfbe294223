import { accept, Status, type ServerOptions } from "smpp-edge/server";

let last = Date.now();

const smsc: ServerOptions = {
  authenticate: ({ systemId, password }, { remoteAddress }) => {
    if (systemId === "shop" && password === "password") return true;
    return { status: Status.ESME_RINVPASWD, text: `unknown to us, from ${remoteAddress}` };
  },
  // Answered with the id once this returns: store the message before.
  onSubmit: async (message, session) => {
    const messageId = String(++last);
    console.log(`${messageId}: ${message.text} to ${message.to.addr}`);
    // The receipt goes the other way: from the recipient.
    const receipt = { messageId, status: "delivered" as const, from: message.to, to: message.from };
    if (message.registeredDelivery & 1) setTimeout(() => session.report(receipt).catch(console.error), 1_000);
    return { messageId };
  },
};

export default {
  async connect(socket: Socket): Promise<void> {
    const session = await accept(socket, smsc);
    // The connection ends with this handler.
    await session.closed;
  },
};
