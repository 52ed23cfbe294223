import { connect, countSegments } from "smpp-edge";

// Before you send: the encoding, and the number of segments.
for (const text of ["Hello World", "Price: 5 €", "Привет", "long ".repeat(50)]) {
  const { encoding, segments, remaining } = countSegments(text);
  console.log(`${encoding}, segments: ${segments}, characters left: ${remaining}`);
}
const { unencodable } = countSegments("Привет", { encoding: "gsm7" });
console.log(unencodable.map(({ char }) => char).join(""));

const smpp = await connect(process.env.SMPP_URL ?? "smpp://smppclient1:password@127.0.0.1:2775");
const message = { from: "12345", to: "+1234567890" };

const turkish = await smpp.sendSms({ ...message, text: "Şişli'de görüşürüz, ığdır", language: "turkish" });
console.log(turkish.encoding);

const plain = await smpp.sendSms({ ...message, text: "“Quotes” – and dashes…", encoding: "gsm7", transliterate: true });
console.log(plain.encoding);

const octets = await smpp.sendSms({ ...message, binary: new Uint8Array([1, 2, 3]) });
console.log(octets.status);

await smpp.close();
