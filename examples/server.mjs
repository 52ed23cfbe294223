import { listen, Status } from "smpp-edge/server";

let last = Date.now();

const server = await listen({
  port: Number(process.env.PORT ?? 2775),
  authenticate: ({ systemId, password }) => (systemId === "shop" && password === "password") || Status.ESME_RINVPASWD,
  reassemble: true,
  onSubmit: (message, session, segmentIds) => {
    const messageId = String(++last);
    console.log(`${session.systemId} sends ${message.text} to ${message.to.addr}, in ${message.segments} segments`);
    for (const id of [...segmentIds, messageId]) {
      session.report({ messageId: id, status: "delivered", from: message.to, to: message.from }).catch(console.error);
    }
    return { messageId };
  },
});
console.log(`listening on ${server.port}`);
process.once("SIGTERM", () => server.close());
