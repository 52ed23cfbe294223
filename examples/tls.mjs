import { readFileSync } from "node:fs";
import { connect } from "smpp-edge";

// An SMSC with its own certificate authority, which requires a client certificate.
const smpp = await connect(process.env.SMPP_URL ?? "smpps://smppclient1:password@127.0.0.1:3550", {
  tls: {
    ca: readFileSync(process.env.SMPP_CA ?? "ca.pem", "utf8"),
    cert: readFileSync(process.env.SMPP_CERT ?? "client.pem", "utf8"),
    key: readFileSync(process.env.SMPP_KEY ?? "client.key", "utf8"),
    servername: process.env.SMPP_SERVERNAME,
  },
});
console.log(`bound to ${smpp.peer.systemId}`);
await smpp.close();
