// From octets to what the page shows: pairs, joined messages, hints, links. No browser is needed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Entry, Given, PduInput } from "./internals.ts";
import { internals } from "./source.ts";

const { compare, contentOf, copyAs, decodeEntry, draftOf, encodeDraft, encodePdu, fromFragment, joinedText, lint, nodeAt, nodesOf, otherReadings, readEntries, readFile, single, toFragment } = await internals();

const fixture = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, "captures", name)));
const octetsOf = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const ucs2 = (text: string) => Uint8Array.from(Buffer.from(text, "utf16le").swap16());
const concat = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

function finish<T>(work: Generator<number, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

const entriesOf = (...pdus: PduInput[]): Entry[] => finish(readEntries(single("test", concat(...pdus.map((pdu) => encodePdu(pdu))))));
const submit = (fields: Partial<PduInput>): PduInput => ({ command: "submit_sm", sequence: 1, source_addr: "ACME", source_addr_ton: 5, destination_addr: "1234567890", dest_addr_ton: 1, dest_addr_npi: 1, ...fields });
const decoded = (pdu: PduInput) => decodeEntry(entriesOf(pdu)[0]!)!;

describe("requests and responses", () => {
  test("are paired by number and command", () => {
    const entries = entriesOf(submit({ sequence: 1 }), submit({ sequence: 2 }), { command: "submit_sm_resp", sequence: 2 }, { command: "submit_sm_resp", sequence: 1 }, { command: "submit_sm_resp", sequence: 3 });
    assert.deepEqual(entries.map(({ partner }) => partner), [3, 2, 1, 0, undefined]);
  });

  test("a generic_nack answers any request of its number", () => {
    const entries = entriesOf(submit({ sequence: 5 }), { command: "generic_nack", sequence: 5, status: 3 });
    assert.equal(entries[0]!.partner, 1);
  });

  test("in a capture the answer comes from the other side", () => {
    const [a, b] = [encodePdu({ command: "enquire_link", sequence: 1 }), encodePdu({ command: "enquire_link_resp", sequence: 1 })];
    const given: Given = { ...single("test", a), directed: true, streams: ["x"] };
    given.pieces = [{ octets: a, stream: 0, direction: 0, time: 0 }, { octets: a, stream: 0, direction: 1, time: 1 }, { octets: b, stream: 0, direction: 0, time: 5 }, { octets: b, stream: 0, direction: 1, time: 8 }];
    const entries = finish(readEntries(given));
    assert.deepEqual(entries.map(({ partner }) => partner), [3, 2, 1, 0]);
  });

  test("a receipt leads to the message that it is about", () => {
    const entries = entriesOf(submit({ sequence: 1 }), { command: "submit_sm_resp", sequence: 1, message_id: "4711" }, { command: "deliver_sm", sequence: 9, esm_class: 4, short_message: octetsOf("id:4711 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:") });
    assert.deepEqual(entries.map(({ related }) => related), [2, undefined, 0]);
  });
});

describe("captures", () => {
  test("session.pcapng: every PDU that was said, in order, answered", () => {
    const entries = finish(readEntries(finish(readFile(fixture("session.pcapng"), []))));
    const commands = entries.map(({ command }) => command);
    assert.deepEqual([commands[0], commands[1], commands.at(-2), commands.at(-1)], ["bind_transceiver", "bind_transceiver_resp", "unbind", "unbind_resp"]);
    assert.ok(entries.every(({ valid, partner, time }) => valid && partner !== undefined && time !== undefined));
    assert.ok(entries.some(({ statusName }) => statusName === "ESME_RTHROTTLED"));
    const part = entries.find(({ command, join }) => command === "submit_sm" && join)!;
    assert.equal(part.join!.total, 2);
    assert.match(joinedText(part.join!, entries).join(""), /^All parts of a long message .* puts them together again\. $/);
    assert.ok(entries.some(({ command, related }) => command === "deliver_sm" && entries[related ?? -1]?.command === "submit_sm"));
  });

  test("split.pcap: PDUs over many segments are whole", () => {
    const entries = finish(readEntries(finish(readFile(fixture("split.pcap"), []))));
    assert.ok(entries.every(({ valid, broken }) => valid && !broken));
    assert.ok(entries.some(({ spread }) => spread > 16));
    assert.equal(entries.at(-1)!.command, "unbind_resp");
  });

  test("behind a gap the next PDU is found", () => {
    const [bind, unbind] = [encodePdu({ command: "bind_receiver", sequence: 1, system_id: "abc" }), encodePdu({ command: "unbind", sequence: 2 })];
    const given: Given = { ...single("test", bind), streams: ["x"], directed: true };
    given.pieces = [{ octets: bind.slice(0, 20), stream: 0, direction: 0 }, { octets: concat(bind.slice(24), unbind), stream: 0, direction: 0, gap: true }];
    const entries = finish(readEntries(given));
    assert.equal(entries.at(-1)!.command, "unbind");
    assert.equal(entries[0]!.broken!.kind, "incomplete");
  });
});

describe("octets that are no whole PDU", () => {
  test("a PDU that is cut off shows the fields that are there", () => {
    const whole = encodePdu(submit({ short_message: octetsOf("Hello") }));
    const [entry] = finish(readEntries(single("test", whole.slice(0, 40))));
    const pdu = decodeEntry(entry!)!;
    assert.equal(pdu.faults[0]!.kind, "incomplete");
    assert.equal(pdu.fields.find(({ name }) => name === "source_addr")!.value, "ACME");
  });

  test("a wrong command_length is named, and the rest still shown", () => {
    const octets = encodePdu({ command: "submit_sm_resp", message_id: "77" });
    octets.set([0, 0, 0, 3]);
    const pdu = decodeEntry(finish(readEntries(single("test", octets)))[0]!)!;
    assert.equal(pdu.faults[0]!.kind, "length_too_short");
    assert.equal(pdu.fields[0]!.value, "77");
  });
});

describe("long messages", () => {
  const part = (reference: number, total: number, number: number, body: Uint8Array, more: Partial<PduInput> = {}) => submit({ sequence: number, esm_class: 0x40, short_message: concat(Uint8Array.of(5, 0, 3, reference, total, number), body), ...more });

  test("are joined by their user data header, in the order of the parts", () => {
    const entries = entriesOf(part(7, 2, 2, octetsOf("World")), part(7, 2, 1, octetsOf("Hello ")));
    assert.deepEqual(joinedText(entries[0]!.join!, entries), ["Hello ", "World"]);
  });

  test("are joined by SAR TLVs", () => {
    const sar = (number: number, text: string) => submit({ sequence: number, short_message: octetsOf(text), tlvs: { sar_msg_ref_num: 1, sar_total_segments: 2, sar_segment_seqnum: number } });
    const entries = entriesOf(sar(1, "Hello "), sar(2, "World"));
    assert.deepEqual(joinedText(entries[1]!.join!, entries), ["Hello ", "World"]);
  });

  test("a character of UCS-2 that is cut in two is read whole", () => {
    const octets = ucs2("a😀b");
    const entries = entriesOf(part(1, 2, 1, octets.slice(0, 4), { data_coding: 8 }), part(1, 2, 2, octets.slice(4), { data_coding: 8 }));
    assert.deepEqual(joinedText(entries[0]!.join!, entries), ["a😀b"]);
  });

  test("a part that is missing is told", () => {
    const entries = entriesOf(part(7, 3, 1, octetsOf("Hello ")), part(7, 3, 3, octetsOf("World")));
    assert.deepEqual(joinedText(entries[0]!.join!, entries), ["Hello ", undefined, "World"]);
  });

  test("a reference that is used again is another message", () => {
    const entries = entriesOf(part(7, 2, 1, octetsOf("a")), part(7, 2, 2, octetsOf("b")), part(7, 2, 1, octetsOf("c")));
    assert.notEqual(entries[2]!.join, entries[0]!.join);
  });
});

describe("hints", () => {
  const titles = (pdu: PduInput) => lint(decoded(pdu)).map(({ title }) => title).join("; ");
  const cases: [name: string, pdu: PduInput, expected: RegExp][] = [
    ["a header, but no udhi", submit({ short_message: concat(Uint8Array.of(5, 0, 3, 1, 2, 1), octetsOf("Hi")) }), /header, but no udhi/],
    ["udhi, but no header", submit({ esm_class: 0x40, short_message: octetsOf("Hello World") }), /udhi is set, but there is no header/],
    ["UTF-8 as GSM", submit({ short_message: Uint8Array.from(Buffer.from("Grüße")) }), /over 0x7F with data_coding 0/],
    ["UCS-2 as GSM", submit({ short_message: ucs2("Привет, мир") }), /Looks like UCS-2/],
    ["ASCII as UCS-2", submit({ data_coding: 8, short_message: octetsOf("Hello!") }), /Looks like ASCII/],
    ["an odd number of octets of UCS-2", submit({ data_coding: 8, short_message: octetsOf("Hello") }), /odd number of octets/],
    ["little-endian UCS-2", submit({ data_coding: 8, short_message: Uint8Array.from(Buffer.from("Hello", "utf16le")) }), /octets swapped/],
    ["a + in an international number", submit({ destination_addr: "+1234567890" }), /with \+ or 00/],
    ["letters in a number", submit({ source_addr_ton: 1 }), /Letters in a sender/],
    ["a long sender", submit({ source_addr: "ACME Holdings Ltd" }), /more than 11 characters/],
    ["more than one SMS", submit({ short_message: new Uint8Array(200).fill(0x61) }), /More than one SMS/],
  ];
  for (const [name, pdu, expected] of cases) test(name, () => assert.match(titles(pdu), expected));

  test("a good message has none", () => assert.equal(titles(submit({ short_message: octetsOf("Hello World") })), ""));
  test("good UCS-2 has none", () => assert.equal(titles(submit({ data_coding: 8, short_message: ucs2("Привет") })), ""));
  test("a good long message has none", () => assert.equal(titles(submit({ esm_class: 0x40, short_message: concat(Uint8Array.of(5, 0, 3, 1, 2, 1), octetsOf("Hi")) })), ""));
});

describe("other readings", () => {
  const readings = (dataCoding: number, octets: Uint8Array) => {
    const pdu = decoded(submit({ data_coding: dataCoding, short_message: octets }));
    return Object.fromEntries(otherReadings(contentOf(pdu)!, pdu.text!.value).map(({ name, text }) => [name, text]));
  };
  test("UCS-2 under data_coding 0", () => assert.equal(readings(0, ucs2("Привет"))["UCS-2"], "Привет"));
  test("UTF-8 under data_coding 0", () => assert.equal(readings(0, Uint8Array.from(Buffer.from("Grüße")))["UTF-8"], "Grüße"));
  test("packed septets (the example of 3GPP TS 23.038)", () => assert.equal(readings(4, Uint8Array.of(0xe8, 0x32, 0x9b, 0xfd, 0x06))["GSM 7-bit, packed"], "hello"));
  test("the one that looks most like text comes first", () => assert.equal(Object.keys(readings(0, ucs2("Привет, мир")))[0], "UCS-2"));
  const littleEndian = (text: string) => Uint8Array.from(Buffer.from(text, "utf16le"));
  test("UCS-2 with its octets swapped is read as such where nothing else makes a text", () => assert.equal(decoded(submit({ data_coding: 8, short_message: littleEndian("Привет") })).text!.value, "Привет"));
  test("UCS-2 with its octets swapped, where it could be either", () => assert.equal(readings(8, littleEndian("да"))["UCS-2, little-endian"], "да"));
});

describe("the tree", () => {
  const pdu = decoded(submit({ esm_class: 0x40, short_message: concat(Uint8Array.of(5, 0, 3, 7, 2, 1), octetsOf("Hi")), tlvs: { user_message_reference: 5 } }));
  const nodes = nodesOf(pdu, []);

  test("has a node for each octet", () => {
    for (let offset = 0; offset < pdu.bytes.length; offset++) assert.ok(nodeAt(nodes, offset) >= 0, `octet ${offset}`);
  });

  test("an octet leads to the smallest part that it is in", () => {
    const name = (offset: number) => nodes[nodeAt(nodes, offset)]!.name;
    const message = pdu.fields.find((field) => field.name === "short_message")!.offset;
    assert.deepEqual([name(0), name(4), name(message), name(message + 3), name(message + 6), name(pdu.bytes.length - 6)], ["command_length", "command_id", "udhl", "reference", "text", "user_message_reference"]);
  });

  test("bit fields share their octet with the field that they are in", () => {
    const field = pdu.fields.find(({ name }) => name === "esm_class")!;
    assert.equal(nodes[nodeAt(nodes, field.offset)]!.name, "esm_class");
  });
});

describe("links", () => {
  const bind: PduInput = { command: "bind_transceiver", sequence: 1, system_id: "smppclient1", password: "secret08" };
  const shared = (entries: Pick<Entry, "octets" | "broken">[]) => Buffer.from(fromFragment(toFragment(entries)!)!).toString("latin1");

  test("carry the octets", () => {
    const entries = entriesOf(submit({}), { command: "enquire_link", sequence: 2 });
    assert.deepEqual(fromFragment(toFragment(entries)!), concat(...entries.map(({ octets }) => octets)));
  });

  test("mask the password, and nothing else", () => {
    const text = shared(entriesOf(bind));
    assert.equal(text, Buffer.from(encodePdu(bind)).toString("latin1").replace("secret08", "********"));
  });

  test("mask the password of an outbind", () => assert.doesNotMatch(shared(entriesOf({ ...bind, command: "outbind" })), /secret/));

  test("mask the password of a bind that is cut off or faulty", () => {
    const octets = encodePdu(bind);
    for (let length = 16; length < octets.length; length++) {
      const [entry] = finish(readEntries(single("test", octets.slice(0, length))));
      const behind = shared([entry!]).slice(16 + "smppclient1\0".length);
      assert.match(behind, /^\**(\0.*)?$/s, `${length} octets`);
    }
  });

  test("leave what is too long", () => assert.equal(toFragment(entriesOf(submit({ tlvs: { message_payload: new Uint8Array(20_000) } }))), undefined));
  test("PDUs in hex are one, too", () => assert.equal(fromFragment("#00000010000000150000000000000001")!.length, 16));
  test("another fragment is none", () => assert.equal(fromFragment("#top"), undefined));
});

describe("editing", () => {
  const cases: PduInput[] = [
    submit({ short_message: octetsOf("Hi"), tlvs: { user_message_reference: 5, "0x1401": Uint8Array.of(1, 2) } }),
    { command: "bind_transmitter", sequence: 1, system_id: "id", password: "pw", interface_version: 0x34 },
    { command: "deliver_sm_resp", sequence: 3, message_id: "" },
    { command: "submit_multi", sequence: 1, dest_address: [{ dest_flag: 1, destination_addr: "55" }, { dest_flag: 2, dl_name: "list" }], short_message: octetsOf("Hi") },
    { command: "enquire_link", sequence: 3 },
  ];
  for (const pdu of cases) {
    test(`an untouched ${pdu.command} is encoded as it was`, () => {
      const octets = encodePdu(pdu);
      assert.deepEqual(encodeDraft(draftOf(decodeEntry({ octets })!)), octets);
    });
  }

  test("a field that can't be written is named", () => {
    const draft = draftOf(decoded(submit({})));
    draft.fields.find(({ name }) => name === "esm_class")!.text = "256";
    assert.throws(() => encodeDraft(draft), { field: "esm_class" });
  });
});

test("two PDUs are compared field by field", () => {
  const nodes = (pdu: PduInput) => nodesOf(decoded(pdu), []);
  const rows = compare(nodes(submit({ sequence: 1 })), nodes(submit({ sequence: 2, tlvs: { user_message_reference: 5 } })));
  assert.deepEqual(rows.filter(({ same }) => !same).map(({ name }) => name), ["command_length", "sequence_number", "user_message_reference"]);
});

test("copies: hex, C and JSON", () => {
  const octets = encodePdu({ command: "enquire_link", sequence: 1 });
  const pdu = decodeEntry({ octets })!;
  assert.equal(copyAs("hex", octets, pdu), "00000010000000150000000000000001");
  assert.match(copyAs("c", octets, pdu), /pdu\[\] = \{\n {2}0x00, 0x00, 0x00, 0x10,/);
  assert.equal(JSON.parse(copyAs("json", octets, pdu)).command, "enquire_link");
});

describe("whatever the octets are", () => {
  /** Numbers from 0 to 1 that are the same in each run. */
  function numbers(seed: number): () => number {
    return () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed / 2 ** 32;
    };
  }

  test("all that the page makes of them is made", () => {
    const random = numbers(1);
    const pick = (below: number) => Math.floor(random() * below);
    const seeds = [
      submit({ esm_class: 0x40, data_coding: 8, short_message: concat(Uint8Array.of(5, 0, 3, 1, 2, 1), ucs2("Привет")), tlvs: { user_message_reference: 5, "0x1401": Uint8Array.of(1, 2) } }),
      { command: "bind_transceiver", sequence: 1, system_id: "smppclient1", password: "secret08" },
      { command: "submit_multi", sequence: 1, dest_address: [{ dest_flag: 1, destination_addr: "55" }, { dest_flag: 2, dl_name: "list" }], short_message: octetsOf("Hi") },
      { command: "deliver_sm", sequence: 9, esm_class: 4, short_message: octetsOf("id:4711 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:"), tlvs: { message_state: 2 } },
      { command: "data_sm", sequence: 3, tlvs: { message_payload: octetsOf("Hello"), sar_msg_ref_num: 1, sar_total_segments: 2, sar_segment_seqnum: 1 } },
    ].map((pdu) => encodePdu(pdu));
    for (let round = 0; round < 1_500; round++) {
      const octets = concat(seeds[pick(seeds.length)]!, seeds[pick(seeds.length)]!).slice(0, 40 + pick(200));
      for (let changes = pick(4); changes > 0; changes--) octets[pick(octets.length)] = pick(256);
      const entries = finish(readEntries(single("test", octets)));
      assert.equal(entries.reduce((sum, entry) => sum + entry.octets.length, 0), octets.length, "every octet is in an entry");
      for (const entry of entries) {
        const pdu = decodeEntry(entry);
        if (!pdu) continue;
        const nodes = nodesOf(pdu, [...pdu.faults, ...lint(pdu)]);
        assert.ok(nodes.every(({ start, end }) => start >= 0 && start <= end && end <= pdu.bytes.length));
        const content = contentOf(pdu);
        if (content) otherReadings(content, "");
        for (const form of ["hex", "c", "json"] as const) copyAs(form, entry.octets, pdu);
        draftOf(pdu);
        if (entry.join) joinedText(entry.join, entries);
        toFragment([entry]);
      }
    }
  });
});
