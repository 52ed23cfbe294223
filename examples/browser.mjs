import { countSegments, decodePdus, init } from "smpp-edge/decoder";

await init(); // loads the module, once

const { encoding, segments, remaining } = countSegments("Hello World");
console.log(`${encoding}, ${segments} segment, room for ${remaining} more`);

const { pdus } = decodePdus("00 00 00 10 00 00 00 15 00 00 00 00 00 00 00 01");
console.log(`${pdus[0].command} number ${pdus[0].sequence}`);
