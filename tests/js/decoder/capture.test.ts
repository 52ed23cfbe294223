// Captures read into SMPP streams. No browser is needed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readFile } from "../../../js/decoder/input/file.ts";
import { Refusal, type Given } from "../../../js/decoder/input/given.ts";
import { conversation, ipv4, LINKS, onEthernet, pcap, pcapng, SYN, TUNNELS, type Sent } from "./packets.ts";

const octets = (digits: string) => Uint8Array.from(Buffer.from(digits, "hex"));
const ENQUIRE = octets("00000010000000150000000000000001");
const ANSWER = octets("00000010800000150000000000000001");
const TIME = 1_700_000_000_123.456;
const fixture = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, "captures", name)));

function read(file: Uint8Array, ports: number[] = []): Given {
  const work = readFile(file, ports);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    assert.ok(step.value >= 0 && step.value <= 1);
  }
}

function refusal(file: Uint8Array, ports?: number[]): string {
  try {
    read(file, ports);
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error.message;
  }
  return assert.fail("it was read");
}

const turns = [
  { direction: 0 as const, octets: ENQUIRE, time: TIME },
  { direction: 1 as const, octets: ANSWER, time: TIME + 1.5 },
];
const joined = ({ pieces }: Given, direction: 0 | 1) => Buffer.concat(pieces.filter((piece) => piece.direction === direction).map((piece) => piece.octets)).toString("hex");
const hex = (part: Uint8Array) => Buffer.from(part).toString("hex");

describe("file formats", () => {
  const packets = conversation(turns);
  const files: Record<string, [file: Uint8Array, form: string]> = {
    "pcap, little-endian, microseconds": [pcap(packets), "pcap capture"],
    "pcap, big-endian, microseconds": [pcap(packets, { little: false }), "pcap capture"],
    "pcap, little-endian, nanoseconds": [pcap(packets, { nanoseconds: true }), "pcap capture"],
    "pcap, big-endian, nanoseconds": [pcap(packets, { little: false, nanoseconds: true }), "pcap capture"],
    "pcapng, little-endian": [pcapng(packets), "pcapng capture"],
    "pcapng, big-endian": [pcapng(packets, { little: false }), "pcapng capture"],
    "pcapng, nanoseconds": [pcapng(packets, { resolution: 9 }), "pcapng capture"],
    "pcapng, two sections of different byte order": [Uint8Array.from([...pcapng(packets.slice(0, 1)), ...pcapng(packets.slice(1), { little: false })]), "pcapng capture"],
  };
  for (const [name, [file, form]] of Object.entries(files)) {
    test(name, () => {
      const given = read(file);
      assert.equal(given.form, form);
      assert.deepEqual([joined(given, 0), joined(given, 1)], [hex(ENQUIRE), hex(ANSWER)]);
      const times = given.pieces.map(({ time }) => time!);
      assert.ok(Math.abs(times[0]! - TIME) < 0.01 && Math.abs(times[1]! - TIME - 1.5) < 0.01, String(times));
      assert.deepEqual(given.streams, ["192.0.2.1:40000 → 192.0.2.2:2775"]);
    });
  }

  for (const [name, file] of [["pcap", pcap(packets)], ["pcapng", pcapng(packets)]] as const) {
    test(`a ${name} file that is cut off is read as far as it goes`, () => {
      const given = read(file.slice(0, -8));
      assert.equal(joined(given, 0), hex(ENQUIRE));
      assert.equal(joined(given, 1), "");
      assert.match(given.notes.join(" "), /cut off/);
    });
  }

  test("a capture without packets", () => assert.match(refusal(pcap([])), /no packets/));
});

describe("links", () => {
  for (const { name, linkType, ip, header } of LINKS) {
    test(name, () => {
      const packet = (sent: Sent) => ({ time: TIME, octets: Uint8Array.from([...header, ...ip(sent)]) });
      const given = read(pcap([packet({ direction: 0, sequence: 1, octets: ENQUIRE }), packet({ direction: 1, sequence: 1, octets: ANSWER })], { linkType }));
      assert.deepEqual([joined(given, 0), joined(given, 1)], [hex(ENQUIRE), hex(ANSWER)]);
      assert.match(given.streams[0]!, ip === ipv4 ? /^192\.0\.2\.1:40000 → 192\.0\.2\.2:2775$/ : /^\[2001:db8::1\]:40000 → \[2001:db8::2\]:2775$/);
    });
  }

  test("an unknown link is named", () => assert.match(refusal(pcap(conversation(turns), { linkType: 147 })), /link type 147/));

  test("Ethernet's padding is not taken for data", () => {
    const padded = Uint8Array.from([...onEthernet({ direction: 0, sequence: 1, octets: ENQUIRE }), 0, 0, 0, 0, 0, 0]);
    assert.equal(joined(read(pcap([{ time: TIME, octets: padded }])), 0), hex(ENQUIRE));
  });

  test("fragments are left out, and told of", () => {
    const whole = onEthernet({ direction: 0, sequence: 1, octets: ENQUIRE });
    const fragment = Uint8Array.from([...whole.slice(0, 14), ...ipv4({ direction: 0, sequence: 17, octets: ENQUIRE }, 0x2000)]);
    const given = read(pcap([{ time: TIME, octets: whole }, { time: TIME, octets: fragment }]));
    assert.equal(joined(given, 0), hex(ENQUIRE));
    assert.match(given.notes.join(" "), /1 IP fragment was left out/);
  });
});

describe("tunnels", () => {
  for (const { name, linkType = 1, packet } of TUNNELS) {
    test(name, () => {
      const turn = (direction: 0 | 1, part: Uint8Array) => ({ time: TIME + direction, octets: packet({ direction, sequence: 1, octets: part }) });
      const given = read(pcap([turn(0, ENQUIRE), turn(1, ANSWER)], { linkType }));
      assert.deepEqual([joined(given, 0), joined(given, 1)], [hex(ENQUIRE), hex(ANSWER)]);
      assert.match(given.streams[0]!, /:40000 → .*:2775$/);
    });

    test(`${name}: cut off anywhere`, () => {
      const whole = packet({ direction: 0, sequence: 1, octets: ENQUIRE });
      for (let length = 0; length < whole.length; length++) {
        const other = { time: TIME, octets: onEthernet({ direction: 0, sequence: 1, octets: ENQUIRE, ports: [1, 2775] }) };
        const given = read(pcap([{ time: TIME, octets: whole.slice(0, length) }, ...(linkType === 1 ? [other] : [{ time: TIME, octets: whole }])], { linkType }));
        assert.ok(given.pieces.length > 0);
      }
    });
  }

  test("tunnels inside of tunnels end somewhere", () => {
    let inner = ipv4({ direction: 0, sequence: 1, octets: ENQUIRE });
    for (let i = 0; i < 12; i++) inner = Uint8Array.from([0x45, 0, 0, 20 + inner.length, 0, 1, 0, 0, 64, 4, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, ...inner].map((octet) => octet & 255));
    assert.match(refusal(pcap([{ time: TIME, octets: inner }], { linkType: 101 })), /no TCP connection with data/);
  });
});

describe("TCP", () => {
  const at = (sequence: number, part: Uint8Array, flags?: number) => ({ time: TIME, octets: onEthernet({ direction: 0, sequence, octets: part, ...(flags === undefined ? {} : { flags }) }) });
  const both = Uint8Array.from([...ENQUIRE, ...ANSWER]);

  test("segments out of order are put in order", () => {
    const given = read(pcap([at(99, new Uint8Array(0), SYN), at(110, both.slice(10, 20)), at(120, both.slice(20)), at(100, both.slice(0, 10))]));
    assert.equal(joined(given, 0), hex(both));
  });

  test("what is sent again is read once, also where it overlaps", () => {
    const given = read(pcap([at(100, both.slice(0, 16)), at(100, both.slice(0, 16)), at(108, both.slice(8, 24)), at(99, Uint8Array.of(0)), at(116, both.slice(16))]));
    assert.equal(joined(given, 0), hex(both));
  });

  test("a gap is told of, and what is behind it is still there", () => {
    const given = read(pcap([at(100, ENQUIRE), at(200, ANSWER)]));
    assert.deepEqual(given.pieces.map((piece) => [hex(piece.octets), piece.gap]), [[hex(ENQUIRE), false], [hex(ANSWER), true]]);
    assert.match(given.notes.join(" "), /1 gap/);
  });

  test("sequence numbers go round", () => {
    const given = read(pcap([at(0xfffffff8, both.slice(0, 16)), at(8, both.slice(16))]));
    assert.equal(joined(given, 0), hex(both));
  });

  test("the same ports again are another stream", () => {
    const given = read(pcap([at(99, new Uint8Array(0), SYN), at(100, ENQUIRE), at(50_099, new Uint8Array(0), SYN), at(50_100, ENQUIRE)]));
    assert.deepEqual(given.pieces.map(({ stream }) => stream), [0, 1]);
  });
});

describe("ports", () => {
  const mixed = [...conversation(turns), ...conversation(turns, [40_001, 9_000]), ...conversation([{ direction: 0, octets: new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"), time: TIME }], [40_002, 80])];

  test("without any chosen: 2775, and what looks like SMPP", () => {
    const given = read(pcap(mixed));
    assert.deepEqual(given.streams, ["192.0.2.1:40000 → 192.0.2.2:2775", "192.0.2.1:40001 → 192.0.2.2:9000"]);
    assert.match(given.notes.join(" "), /1 other TCP connection was left out/);
  });

  test("chosen ones only", () => assert.deepEqual(read(pcap(mixed), [9_000]).streams, ["192.0.2.1:40001 → 192.0.2.2:9000"]));

  test("none that is there: the ports that are", () => assert.match(refusal(pcap(mixed), [1_234]), /No TCP connection of this capture has port 1234\. There are: 2775, 9000, 80/));

  test("TLS can't be read, and is told of", () => {
    const hello = octets("16030100050100000100");
    assert.match(refusal(pcap(conversation([{ direction: 0, octets: hello, time: TIME }], [40_000, 3_550]))), /encrypted with TLS/);
  });
});

describe("captures of this project's own sessions", () => {
  test("session.pcapng: one stream of the client and the simulator", () => {
    const given = read(fixture("session.pcapng"));
    assert.equal(given.streams.length, 1);
    assert.match(joined(given, 0), /^0000002a00000009/);
  });

  test("split.pcap: octets in packets of their own", () => {
    const given = read(fixture("split.pcap"));
    assert.ok(given.pieces.filter(({ octets }) => octets.length === 1).length > 50);
  });
});
