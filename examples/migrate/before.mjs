import smpp from "smpp";

const session = smpp.connect({ url: process.env.SMPP_URL ?? "smpp://127.0.0.1:2775", auto_enquire_link_period: 30_000 });
session.on("error", (error) => console.error(error));
session.on("pdu", (pdu) => {
  if (pdu.command === "deliver_sm") {
    session.send(pdu.response());
    console.log(String(pdu.short_message.message).match(/stat:(\w+)/)[1]);
    session.unbind(() => session.close());
  }
});

session.bind_transceiver({ system_id: "smppclient1", password: "password" }, (pdu) => {
  if (pdu.command_status !== 0) throw new Error(`bind: ${pdu.command_status}`);
  session.submit_sm({
    source_addr: "12345",
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: "1234567890",
    short_message: "Hello World",
    registered_delivery: 1,
  }, (pdu) => {
    if (pdu.command_status === 0) console.log(`accepted as ${pdu.message_id}`);
  });
});
