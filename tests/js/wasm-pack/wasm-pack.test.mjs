// The documented `wasm-pack build` of the crate, for each of its targets: what it makes sends, receives, decodes, encodes and counts.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import smpp from "smpp";
import { createSimulator } from "smpp-edge/server";
import { at, execute, node24 } from "../../../scripts/lib.mjs";
import { buildPackage } from "../../../scripts/wasm-pack.mjs";
// In this process: two that compile wasm-pack at once are in each other's way.
import "./arguments.mjs";
import { directory, edge } from "./nodejs.mjs";

const EXPORTS = ["SmppSession", "countSegments", "decodePdus", "encodePdu", "parseReceipt"];

/** Whether an error is a SmppError with this code and field. */
const refused = (code, field) => (error) => {
  assert(error instanceof Error, String(error));
  assert.deepEqual([error.name, error.code, error.field], ["SmppError", code, field], error.message);
  return true;
};

const SUBMIT = { command: "submit_sm", sequence: 7, source_addr: "12345", destination_addr: "1234567890", short_message: "Hello World" };
const RECEIPT = "id:7220bb6b sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello";

/** What every target has to do. */
function works({ SmppSession, decodePdus, encodePdu, countSegments }) {
  const octets = encodePdu(SUBMIT);
  assert.equal(decodePdus(octets).pdus[0].text.value, "Hello World");
  assert.equal(countSegments("ж".repeat(71)).segments, 2);
  const session = new SmppSession({ systemId: "esme", password: "secret" });
  session.bind();
  const [bind] = decodePdus(session.transmit()).pdus;
  assert.equal(bind.command, "bind_transceiver");
}

test("--target web", async () => {
  const directory = await buildPackage("web");
  const module = await import(pathToFileURL(join(directory, "smpp_edge_wasm.js")).href);
  module.initSync({ module: readFileSync(join(directory, "smpp_edge_wasm_bg.wasm")) });
  works(module);
});

test("--target bundler", async () => {
  const { name, main, types } = JSON.parse(readFileSync(join(await buildPackage("bundler"), "package.json"), "utf8"));
  assert.deepEqual([name, main, types], ["smpp-edge-wasm", "smpp_edge_wasm.js", "smpp_edge_wasm.d.ts"]);
});

describe("--target nodejs", () => {
  test("nothing is exported that can't be used", () => {
    assert.deepEqual(Object.keys(edge).filter((name) => !name.startsWith("__")).sort(), EXPORTS);
    works(edge);
  });

  test("its types are exact", async () => {
    const program = join(directory, "types.ts");
    writeFileSync(
      program,
      `import { SmppSession, decodePdus, encodePdu, parseReceipt, countSegments, type SmppEvent, type Report } from "./smpp_edge_wasm.js";
const session = new SmppSession({ systemId: "a", window: 10, reconnect: { min: 1 } });
const ticket: number = session.sendSms({ to: "+1", text: "a", report: "always" });
for (const event of session.poll()) {
  if (event.type === "report") { const report: Report = event.report; const at: Date | undefined = report.doneAt; session.respond(event.request, "ESME_RX_T_APPN"); void at; }
  if (event.type === "sent") event.segments.map((segment) => segment.messageId);
  // @ts-expect-error: no event has this type
  if (event.type === "klingon") void event;
}
const deadline: number | undefined = session.deadline();
const octets: Uint8Array = encodePdu(decodePdus("00", { strict: true }).pdus[0]!);
const report: Report | undefined = parseReceipt("", { message_state: 2 });
countSegments("a", { encoding: "gsm7" }).parts[0]!.octets;
// What is optional can be left out.
const answered: boolean = session.respond(1);
session.respond(1, undefined, 5);
decodePdus(encodePdu({ command: "enquire_link" }));
parseReceipt("");
countSegments("a");
const take = (event: SmppEvent): string => event.type;
void [ticket, deadline, octets, report, take, answered];
// @ts-expect-error: an unknown option
new SmppSession({ sytemId: "a" });
// @ts-expect-error: a value that no option has
session.sendSms({ to: "+1", text: "a", report: "sometimes" });
// @ts-expect-error: a number is no input
decodePdus(1);
`,
    );
    const { code, output } = await execute(process.execPath, [at("node_modules", "typescript", "bin", "tsc"), "--ignoreConfig", "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--types", "node", "--typeRoots", at("node_modules", "@types"), program]);
    assert.equal(code, 0, output);
    assert.doesNotMatch(readFileSync(join(directory, "smpp_edge_wasm.d.ts"), "utf8"), /: any\b/);
  });

  test("decodePdus takes bytes or hexadecimal digits, and refuses anything else", () => {
    const octets = edge.encodePdu(SUBMIT);
    const hex = Buffer.from(octets).toString("hex").toUpperCase().replace(/(.{8})/g, "$1 \n");
    for (const input of [octets, Buffer.from(octets), hex]) {
      const { pdus, rest, error } = edge.decodePdus(input);
      assert.deepEqual([rest, error, pdus.length], [0, undefined, 1]);
      const [pdu] = pdus;
      assert.deepEqual([pdu.command, pdu.sequence, pdu.statusName, pdu.valid], ["submit_sm", 7, "ESME_ROK", true]);
      assert.equal(pdu.fields.find(({ name }) => name === "destination_addr").value, "1234567890");
      assert.deepEqual(pdu.text, { value: "Hello World", encoding: "gsm7" });
    }
    assert.equal(edge.decodePdus(octets.subarray(0, 20)).rest, 20);
    for (const wrong of ["0x00", "000", "00 0", "zz", "hello", 17, null, undefined, {}, [0, 0]]) {
      assert.throws(() => edge.decodePdus(wrong), refused("invalid-field", "input"), String(wrong));
    }
    assert.throws(() => edge.decodePdus(octets, { strickt: true }), refused("invalid-field", "strickt"));
  });

  test("decodePdus shows user data headers, texts of the platform's encodings, and receipts", () => {
    const [long] = edge.decodePdus(edge.encodePdu({ ...SUBMIT, esm_class: 0x40, data_coding: 5, short_message: Uint8Array.of(5, 0, 3, 9, 2, 1, 0x82, 0xa0) })).pdus;
    assert.deepEqual(long.text, { value: "あ", encoding: "shift_jis" });
    const [length, concat] = long.udh;
    assert.deepEqual([length.name, length.value, length.offset], ["udhl", 5, long.fields.find(({ name }) => name === "short_message").offset]);
    assert.deepEqual([concat.offset - length.offset, concat.length, [...concat.value]], [1, 5, [9, 2, 1]]);
    assert.deepEqual(concat.children.map(({ value }) => value), [9, 2, 1]);
    const [deliver] = edge.decodePdus(edge.encodePdu({ command: "deliver_sm", esm_class: 4, short_message: RECEIPT })).pdus;
    assert.deepEqual([deliver.receipt.messageId, deliver.receipt.status, deliver.receipt.doneAt.toISOString()], ["7220bb6b", "delivered", "2026-01-02T15:31:00.000Z"]);
  });

  test("encodePdu writes what decodePdus returned", () => {
    const pdus = [
      { ...SUBMIT, tlvs: { message_payload: "text", 0x1400: Uint8Array.of(1, 2), user_message_reference: 9 } },
      { command: "deliver_sm", esm_class: 4, short_message: RECEIPT },
      { command: "submit_sm_resp", sequence: 3, message_id: "abc" },
      { command: "submit_sm_resp", status: 8, sequence: 3 },
      { command: "bind_transceiver", system_id: "a", password: "b", interface_version: 0x34 },
      { command: "enquire_link", sequence: 1 },
      { command: "submit_multi", dest_address: [{ dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: "12" }, { dest_flag: 2, dl_name: "all" }], short_message: "x" },
      { command: 0x00010200, body: Uint8Array.of(1, 2, 3) },
    ];
    for (const pdu of pdus) {
      const octets = edge.encodePdu(pdu);
      const decoded = edge.decodePdus(octets).pdus[0];
      assert.deepEqual(edge.encodePdu(decoded), octets, JSON.stringify(pdu));
    }
    const [decoded] = edge.decodePdus(edge.encodePdu(SUBMIT)).pdus;
    decoded.sequence = 8;
    decoded.fields.find(({ name }) => name === "destination_addr").value = "99";
    const [changed] = edge.decodePdus(edge.encodePdu(decoded)).pdus;
    assert.deepEqual([changed.sequence, changed.fields.find(({ name }) => name === "destination_addr").value], [8, "99"]);
    assert.throws(() => edge.encodePdu({ command: "klingon" }), refused("invalid-field", "command"));
    assert.throws(() => edge.encodePdu({ command: "submit_sm", source_adr: "1" }), refused("invalid-field", "source_adr"));
    assert.throws(() => edge.encodePdu("hello"), refused("invalid-field", "pdu"));
  });

  test("parseReceipt and countSegments", () => {
    const report = edge.parseReceipt(RECEIPT);
    assert.deepEqual([report.messageId, report.status, report.final, report.stat, report.text, report.submitted], ["7220bb6b", "delivered", true, "DELIVRD", "Hello", 1]);
    assert(report.submittedAt instanceof Date);
    assert.equal(edge.parseReceipt(new TextEncoder().encode(RECEIPT)).messageId, "7220bb6b");
    assert.equal(edge.parseReceipt("hello"), undefined);
    const byTlvs = edge.parseReceipt("", { receipted_message_id: "9", message_state: 5, network_error_code: Uint8Array.of(3, 0, 7) });
    assert.deepEqual([byTlvs.messageId, byTlvs.status, byTlvs.networkError], ["9", "undeliverable", { type: 3, code: 7 }]);
    assert.throws(() => edge.parseReceipt(5), refused("invalid-field", "text"));
    assert.throws(() => edge.parseReceipt("", { message_state: 300 }), refused("invalid-field", "message_state"));

    const { parts, ...count } = edge.countSegments("ж".repeat(71));
    assert.deepEqual(count, { encoding: "ucs2", dataCoding: 8, segments: 2, units: 71, remaining: 63, unencodable: [] });
    assert.deepEqual(parts.map(({ octets, udh }) => [octets.length, udh.length]), [[140, 6], [14, 6]]);
    assert.deepEqual(edge.countSegments("aж", { encoding: "gsm7" }).unencodable, [{ index: 1, char: "ж" }]);
    assert.throws(() => edge.countSegments("x", { encoding: "klingon" }), refused("invalid-field", "encoding"));
  });

  test("every wrong setting is refused by its name", () => {
    for (const [config, field] of [
      [{ sytemId: "a" }, "sytemId"], [{ systemId: 5 }, "systemId"], [{ systemId: "ж" }, "systemId"], [{ window: 0 }, "window"],
      [{ window: 1.5 }, "window"], [{ rate: -1 }, "rate"], [{ bind: "both" }, "bind"], [{ version: 3.4 }, "version"],
      [{ reconnect: { min: 5, max: 1 } }, "reconnect.max"], [{ reconnect: { mx: 1 } }, "reconnect.mx"], [{ enquireLink: "1" }, "enquireLink"],
      [{ unbindTimeout: 0 }, "unbindTimeout"], [{ bindTimeout: 0.5 }, "bindTimeout"], [{ inactivity: 2 ** 31 }, "inactivity"], [{ rate: Infinity }, "rate"],
      [{ maxPdu: 15 }, "maxPdu"], [{ fallback: 1 }, "fallback"], [[], "config"], [new Map(), "config"], [{ reconnect: [] }, "reconnect"], [{ reconnect: new Date() }, "reconnect"],
      [{ defaultAlphabet: "ebcdic" }, "defaultAlphabet"], [{ plainReceipts: 1 }, "plainReceipts"], ["a", "config"], [null, "config"],
    ]) {
      assert.throws(() => new edge.SmppSession(config), refused("invalid-field", field), JSON.stringify(config));
    }
  });

  test("a duration of 0 turns a timer off, but for that of unbind", () => {
    for (const name of ["enquireLink", "responseTimeout", "bindTimeout", "inactivity", "acknowledgeTimeout"]) {
      assert.doesNotThrow(() => new edge.SmppSession({ [name]: 0 }), name);
    }
    assert.doesNotThrow(() => new edge.SmppSession({ unbindTimeout: 1 }));
  });

  test("with fallback the session goes on as a transmitter", () => {
    const session = new edge.SmppSession({ systemId: "a", fallback: true }, 0);
    const bind = (at) => {
      session.bind(at);
      return edge.decodePdus(session.transmit()).pdus[0];
    };
    const { command, sequence } = bind(0);
    session.receive(edge.encodePdu({ command: "bind_transceiver_resp", status: 3, sequence }), 0);
    const types = session.poll().map(({ type }) => type);
    assert.deepEqual([command, types.includes("noTransceiver"), types.includes("disconnect")], ["bind_transceiver", true, true]);
    session.closed(0);
    session.timeout(session.deadline());
    assert.deepEqual(session.poll().map(({ type }) => type), ["connect"]);
    assert.equal(bind(1).command, "bind_transmitter");
  });

  test("events hold any character, bytes and dates, in the order in which they came", () => {
    const session = new edge.SmppSession({ systemId: "a" }, 0);
    const text = "\"\\\n\t\u0000\u2028\u007f{}[],:ж😀";
    const ports = Uint8Array.of(6, 5, 4, 0x0b, 0x84, 0x23, 0xf0);
    const deliver = (sequence, fields) => edge.encodePdu({ command: "deliver_sm", sequence, source_addr: "1", destination_addr: "2", ...fields });
    const pdus = [
      deliver(1, { data_coding: 8, short_message: Uint8Array.from(Buffer.from(text, "utf16le").swap16()) }),
      deliver(2, { esm_class: 4, short_message: RECEIPT }),
      deliver(3, { esm_class: 0x40, data_coding: 4, short_message: Uint8Array.of(...ports, 0, 34, 255) }),
      deliver(4, { esm_class: 4, short_message: "id:9 stat:UNDELIV" }),
      edge.encodePdu({ command: "alert_notification", sequence: 5, source_addr: "1", esme_addr: "2" }),
    ];
    session.bind(0);
    session.receive(Buffer.concat([edge.encodePdu({ command: "bind_transceiver_resp", sequence: 1, system_id: text.slice(0, 2) }), ...pdus]), 0);
    const [bound, first, report, binary, bare, notification] = session.poll();
    assert.deepEqual(bound, { type: "bound", systemId: text.slice(0, 2), version: 0x34 });
    assert.deepEqual([first.message.text, first.message.pdus, "binary" in first.message, "udh" in first.message], [text, [pdus[0]], false, false]);
    assert.deepEqual([report.report.doneAt, report.report.pdu], [new Date("2026-01-02T15:31:00Z"), pdus[1]]);
    assert.deepEqual([[...binary.message.binary], binary.message.udh, "text" in binary.message], [[0, 34, 255], ports, false]);
    assert.deepEqual(bare, {
      type: "report", request: bare.request,
      report: { messageId: "9", rawMessageId: "9", status: "undeliverable", final: true, stat: "UNDELIV", from: { ton: 0, npi: 0, addr: "1" }, to: { ton: 0, npi: 0, addr: "2" }, pdu: pdus[3] },
    });
    assert.deepEqual(notification, { type: "notification", pdu: pdus[4] });
    assert.deepEqual(session.poll(), []);
    for (const { request } of [first, report, binary, bare]) assert.equal(session.respond(request, undefined, 0), true);
    assert.deepEqual(edge.decodePdus(session.transmit()).pdus.slice(1).map(({ sequence }) => sequence), [1, 2, 3, 4]);
  });

  test("every wrong message is refused by its field, and nothing is queued", () => {
    const session = new edge.SmppSession({ systemId: "a" });
    const good = { to: "+1234567890", text: "a" };
    for (const [sms, field] of [
      [{ text: "a" }, "to"], [{ to: "+1" }, "text"], [{ ...good, binary: new Uint8Array(1) }, "binary"], [{ ...good, to: "1.23E+10" }, "to"],
      [{ ...good, to: "undefined" }, "to"], [{ ...good, from: "twelve chars" }, "from"], [{ ...good, reprot: "always" }, "reprot"], [{ text: "a", "to,from": "+1" }, "to,from"], [{ ...good, "": 1 }, ""],
      [{ ...good, report: "sometimes" }, "report"], [{ ...good, priority: 9 }, "priority"], [{ ...good, encoding: "klingon" }, "encoding"],
      [{ ...good, language: "klingon" }, "language"], [{ ...good, validity: new Date(0) }, "validity"], [{ ...good, validity: 0 }, "validity"],
      [{ ...good, validity: 100 * 86_400 }, "validity"], [{ ...good, to: { ton: 300, npi: 0, addr: "1" } }, "to.ton"], [{ ...good, tlvs: { klingon: 1 } }, "tlvs.klingon"],
      [{ ...good, to: { ton: 0, npi: 0, addr: "1".repeat(30) } }, "destination_addr"], [{ ...good, flash: true, encoding: "latin1" }, "flash"], [undefined, "to"], ["a", "sms"],
    ]) {
      assert.throws(() => session.sendSms(sms), refused("invalid-field", field), JSON.stringify(sms));
    }
    assert.throws(() => session.sendSms({ ...good, text: "aж", encoding: "gsm7" }), (error) => {
      assert.deepEqual([error.code, error.unencodable], ["unencodable", [{ index: 1, char: "ж" }]]);
      return true;
    });
    assert.throws(() => session.sendSms({ ...good, text: "a".repeat(500), maxSegments: 2 }), refused("too-many-segments", undefined));
    assert.equal(session.stats.queued, 0);
    assert.throws(() => session.respond(1, "ESME_KLINGON"), refused("invalid-field", "status"));
    assert.equal(session.respond(2 ** 32 + 1), false);
  });
});

/** A session over a socket, as the example drives it. `events` has what came. */
function drive(t, port, config, handle) {
  const session = new edge.SmppSession({ systemId: "esme", password: "secret", reconnect: false, ...config });
  const socket = connect(port, "127.0.0.1");
  const events = [];
  let wake = () => {};
  const advance = () => {
    for (const event of session.poll()) {
      events.push(event);
      handle?.(session, event);
      if (event.type === "disconnect") socket.end(session.transmit());
    }
    const bytes = session.transmit();
    if (bytes.length > 0) socket.write(bytes);
    wake();
  };
  const timer = setInterval(() => advance(session.timeout()), 50);
  t.after(() => {
    clearInterval(timer);
    socket.destroy();
  });
  socket.on("connect", () => advance(session.bind()));
  socket.on("data", (bytes) => advance(session.receive(bytes)));
  socket.on("close", () => advance(session.closed()));
  socket.on("error", () => {});
  const seen = async (type, count = 1) => {
    const deadline = Date.now() + 60_000;
    while (events.filter((event) => event.type === type).length < count) {
      if (Date.now() > deadline) assert.fail(`no ${type} among ${JSON.stringify(events.map((event) => event.type))}`);
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, 100);
      });
    }
    return events.filter((event) => event.type === type);
  };
  return { session, socket, events, seen, advance };
}

describe("against the simulator", () => {
  test("the example sends and takes its report, on Node 20 too where there is one", async (t) => {
    const simulator = await createSimulator({ port: 0, delay: 50 });
    t.after(() => simulator.close());
    const environment = { ...process.env, SMPP_URL: simulator.url, SMPP_PACKAGE: join(directory, "smpp_edge_wasm.js") };
    // The tests run on Node 24; npm may run on another one.
    for (const node of new Set([node24(), process.env.npm_node_execpath ?? process.execPath])) {
      const { code, output } = await execute(node, [at("examples", "wasm-pack", "send.mjs")], { timeout: 60_000, env: environment });
      assert.match(output, /^accepted as \S+\ndelivered at \d{4}-\d\d-\d\dT\S+Z\nclosed\n$/);
      assert.equal(code, 0);
    }
    assert.equal(simulator.messages()[0].text, "Hello World");
  });

  test("the example takes %-escapes in the URL, and fails where the message does", async (t) => {
    const send = async (options) => {
      const simulator = await createSimulator({ port: 0, delay: 20, accounts: { "a@b": "p/w%" }, ...options });
      t.after(() => simulator.close());
      const env = { ...process.env, SMPP_URL: `smpp://a%40b:p%2Fw%25@127.0.0.1:${simulator.port}`, SMPP_PACKAGE: join(directory, "smpp_edge_wasm.js") };
      return execute(process.execPath, [at("examples", "wasm-pack", "send.mjs")], { timeout: 60_000, env });
    };
    for (const [options, exit, expected] of [
      [{}, 0, /^accepted as \S+\ndelivered at \S+\nclosed\n$/],
      [{ outcome: "undeliverable" }, 1, /^accepted as \S+\nundeliverable at \S+\nclosed\n$/],
      [{ accounts: { other: "x" } }, 1, /ESME_RINVSYSID/],
      [{ faults: ["refuse"] }, 1, /^rejected: .+\nclosed\n$/],
    ]) {
      const { code, output } = await send(options);
      assert.match(output, expected);
      assert.equal(code, exit, output);
    }
  });

  test("long messages both ways, a refusal that is redelivered, and queries", async (t) => {
    const simulator = await createSimulator({ port: 0, delay: 20, redeliver: 50 });
    t.after(() => simulator.close());
    const { username, password } = new URL(simulator.url);
    let refusals = 0;
    const link = drive(t, simulator.port, { systemId: username, password }, (session, event) => {
      if (event.type === "report") session.respond(event.request);
      if (event.type === "message") session.respond(event.request, refusals++ === 0 ? "ESME_RX_T_APPN" : undefined);
    });
    await link.seen("bound");
    assert.equal(link.session.state, "bound");
    const ticket = link.session.sendSms({ from: "12345", to: "+1234567890", text: "Привет! ".repeat(20), report: "always" });
    link.advance();
    const [sent] = await link.seen("sent");
    assert.deepEqual([sent.ticket, sent.status, sent.segments.length, sent.encoding], [ticket, "accepted", 3, "ucs2"]);
    const reports = await link.seen("report", 3);
    assert.deepEqual(new Set(reports.map(({ report }) => report.messageId)), new Set(sent.segments.map(({ messageId }) => messageId)));
    assert.equal(reports[0].report.status, "delivered");
    await simulator.deliver({ from: "+4915112345", to: "12345", text: "Grüße ".repeat(50) }).catch(() => {});
    const messages = await link.seen("message", 1);
    assert.deepEqual([messages[0].message.text, messages[0].message.complete, messages[0].message.from], ["Grüße ".repeat(50), true, { ton: 1, npi: 1, addr: "4915112345" }]);
    const query = link.session.request({ command: "query_sm", message_id: sent.messageId, source_addr: "12345" });
    link.advance();
    const [response] = await link.seen("response");
    assert.deepEqual([response.ticket, response.statusName, edge.decodePdus(response.pdu).pdus[0].command], [query, "ESME_ROK", "query_sm_resp"]);
    link.session.close();
    link.advance();
    const [end] = await link.seen("disconnect");
    assert.deepEqual([end.reason, end.retryIn], ["closed", undefined]);
  });

  test("a refused bind ends the session in words", async (t) => {
    const simulator = await createSimulator({ port: 0 });
    t.after(() => simulator.close());
    const link = drive(t, simulator.port, { systemId: new URL(simulator.url).username, password: "wrong" });
    const [end] = await link.seen("disconnect");
    assert.deepEqual([end.reason, end.statusName], ["refused", "ESME_RINVPASWD"]);
    assert.throws(() => link.session.sendSms({ to: "+1", text: "a" }), refused("closed", undefined));
  });

  test("a message in flight when the link is lost ends as unknown", async (t) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(edge.encodePdu({ command: "bind_transceiver_resp", sequence: 1, system_id: "smsc" }));
        socket.once("data", () => socket.destroy());
      });
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close());
    const link = drive(t, server.address().port, {}, (session, event) => {
      if (event.type === "bound") session.sendSms({ to: "+1", text: "a" });
    });
    const [sent] = await link.seen("sent");
    assert.deepEqual([sent.status, sent.segments[0].outcome], ["unknown", "unknown"]);
  });
});

test("against npm smpp", async (t) => {
  const server = smpp.createServer((session) => {
    session.on("error", () => {});
    session.on("bind_transceiver", (pdu) => session.send(pdu.response()));
    session.on("submit_sm", (pdu) => {
      session.send(pdu.response({ message_id: "m1" }));
      session.deliver_sm({ source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4, short_message: RECEIPT.replace("7220bb6b", "m1") });
    });
    session.on("unbind", (pdu) => {
      session.send(pdu.response());
      session.close();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const link = drive(t, server.address().port, {}, (session, event) => {
    if (event.type === "bound") session.sendSms({ from: "12345", to: "+1234567890", text: "Hello World", report: "always" });
    if (event.type === "report") {
      session.respond(event.request);
      session.close();
    }
  });
  await link.seen("disconnect");
  assert.deepEqual(link.events.map(({ type }) => type), ["bound", "sent", "report", "disconnect"]);
  assert.equal(link.events[1].messageId, "m1");
  assert.equal(link.events[2].report.messageId, "m1");
});
