import { connect } from "smpp-edge";

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775");

// Any PDU, with the field names of the specification, which are those of node-smpp too.
const response = await smpp.request({
  command: "data_sm",
  source_addr: "12345",
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination_addr: "1234567890",
  tlvs: { message_payload: new TextEncoder().encode("Hello World"), user_message_reference: 7 },
});
console.log(`${response.command} ${response.statusName} ${response.fields.message_id}`);

await smpp.close();
