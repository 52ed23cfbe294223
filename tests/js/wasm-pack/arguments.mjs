// Arguments of another type than the declarations have, of every function and method of wasm-pack's package: each is refused by its name, and
// the session goes on.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { edge } from "./nodejs.mjs";

/** Asserts that the call throws a SmppError with this field. */
function refused(field, call, what) {
  assert.throws(call, (error) => {
    assert(error instanceof Error, `${what}: ${String(error)}`);
    assert.deepEqual([error.name, error.code, error.field], ["SmppError", "invalid-field", field], `${what}: ${error.message}`);
    return true;
  }, what);
}

const VALUES = {
  undefined, null: null, true: true, number: 1, NaN: NaN, Infinity: Infinity, negative: -1, fraction: 1.5, string: "x", bigint: 1n, symbol: Symbol("x"),
  function: () => {}, array: [1, 300], object: { klingon: 1 }, Date: new Date(), Map: new Map([["a", 1]]), Uint8Array: Uint8Array.of(1), ArrayBuffer: new ArrayBuffer(4),
};

/** A parameter: a value it takes, the VALUES that it takes too, and the field that an error names for an object with an unknown member. */
const NOW = { name: "now", good: 7, takes: ["undefined", "number", "fraction"] };
const CONFIG = { name: "config", good: { systemId: "a" }, takes: ["undefined"], member: "klingon" };
const SMS = { name: "sms", good: { to: "+1234567890", text: "a" }, takes: [], member: "klingon", absent: "to" };
const PDU = { name: "pdu", good: { command: "enquire_link" }, takes: [], member: "command" };
const OPTIONS = { name: "options", good: {}, takes: ["undefined"], member: "klingon" };

const FUNCTIONS = {
  decodePdus: [{ name: "input", good: "", takes: ["Uint8Array"] }, OPTIONS],
  encodePdu: [PDU],
  parseReceipt: [{ name: "text", good: "", takes: ["string", "Uint8Array"] }, { ...OPTIONS, name: "tlvs" }],
  countSegments: [{ name: "text", good: "", takes: ["string"] }, OPTIONS],
};
const METHODS = {
  connect: [NOW],
  bind: [NOW],
  receive: [{ name: "bytes", good: new Uint8Array(0), takes: ["Uint8Array"] }, NOW],
  transmit: [],
  poll: [],
  sendSms: [SMS, NOW],
  request: [PDU, NOW],
  cancel: [{ name: "ticket", good: 9, takes: ["number"] }, NOW],
  respond: [{ name: "request", good: 9, takes: ["undefined", "number"] }, { name: "status", good: 0, takes: ["undefined", "number"] }, NOW],
  deadline: [],
  timeout: [NOW],
  close: [NOW],
  abort: [NOW],
  closed: [NOW],
};

/** Calls with each wrong value in the place of each parameter; `works` is called after each parameter. */
function refuses(parameters, call, works = () => {}) {
  for (const [at, { name, takes, member = name, absent = name }] of parameters.entries()) {
    for (const [kind, value] of Object.entries(VALUES)) {
      if (takes.includes(kind)) continue;
      const given = parameters.map(({ good }, index) => (index === at ? value : good));
      const field = { object: member, undefined: absent }[kind] ?? name;
      refused(field, () => call(...given), `${name}: ${kind}`);
    }
    works();
  }
}

/** A session that is bound, and what has it send a message and take the answer. */
function bound() {
  const session = new edge.SmppSession({ systemId: "a" }, 0);
  session.bind(0);
  session.receive(edge.encodePdu({ command: "bind_transceiver_resp", sequence: 1, system_id: "smsc" }), 0);
  session.transmit();
  assert.deepEqual([session.state, session.poll().map(({ type }) => type)], ["bound", ["bound"]]);
  const works = () => {
    const ticket = session.sendSms({ to: "+1234567890", text: "a" }, 0);
    const { sequence } = edge.decodePdus(session.transmit()).pdus[0];
    session.receive(edge.encodePdu({ command: "submit_sm_resp", sequence, message_id: "m" }), 0);
    assert.deepEqual(session.poll().map(({ type, ticket }) => [type, ticket]), [["sent", ticket]]);
  };
  return { session, works };
}

test("a session that was freed refuses every call by its code, and can be freed again", () => {
  const freed = (what, call) => assert.throws(call, ({ name, code, message }) => {
    assert.deepEqual([name, code, message], ["SmppError", "closed", "the session was freed"], what);
    return true;
  }, what);
  for (const end of [(session) => session.free(), (session) => session[Symbol.dispose ?? "free"]()]) {
    const { session } = bound();
    end(session);
    for (const [name, parameters] of Object.entries(METHODS)) freed(name, () => session[name](...parameters.map(({ good }) => good)));
    freed("state", () => session.state);
    freed("stats", () => session.stats);
    session.free();
  }
});

test("every function and every method has its row here", () => {
  const functions = Object.keys(edge).filter((name) => !name.startsWith("__") && name !== "SmppSession");
  assert.deepEqual(functions.sort(), Object.keys(FUNCTIONS).sort());
  const { prototype } = edge.SmppSession;
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(([name, { value }]) => typeof value === "function" && !["constructor", "free", "__destroy_into_raw"].includes(name));
  assert.deepEqual(own.map(([name]) => name).sort(), Object.keys(METHODS).sort());
});

describe("functions refuse", () => {
  for (const [name, parameters] of Object.entries(FUNCTIONS)) {
    test(name, () => refuses(parameters, (...given) => edge[name](...given)));
  }
});

describe("a session refuses, and goes on", () => {
  test("new SmppSession", () => refuses([CONFIG, NOW], (...given) => new edge.SmppSession(...given)));
  for (const [name, parameters] of Object.entries(METHODS)) {
    if (parameters.length === 0) continue;
    test(name, () => {
      const { session, works } = bound();
      refuses(parameters, (...given) => session[name](...given), works);
    });
  }

  test("values that throw when they are read", () => {
    const { session, works } = bound();
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const fails = () => {
      throw new RangeError("no");
    };
    const good = SMS.good;
    const loop = { command: "submit_sm" };
    loop.short_message = loop;
    const list = [];
    list.push(list);
    for (const [what, field, call] of [
      ["a revoked proxy", "sms", (value = revoked.proxy) => session.sendSms(value)],
      ["a proxy without keys", "sms", () => session.sendSms(new Proxy({}, { ownKeys: fails }))],
      ["a getter that throws", "to", () => session.sendSms({ text: "a", get to() { return fails(); } })],
      ["a getter that uses the session", "to", () => session.sendSms({ text: "a", get to() { return session.poll(); } })],
      ["the prototype of a Date", "validity", () => session.sendSms({ ...good, validity: Object.create(Date.prototype) })],
      ["the prototype of a Uint8Array", "udh", () => session.sendSms({ ...good, udh: Object.create(Uint8Array.prototype) })],
      ["the prototype of a Uint8Array", "bytes", () => session.receive(Object.create(Uint8Array.prototype))],
      ["an object that contains itself", "short_message", () => session.request(loop)],
      ["a list that contains itself", "tlvs", () => session.sendSms({ ...good, tlvs: list })],
      ["a list that contains itself", "dest_address", () => session.request({ command: "submit_multi", dest_address: list })],
      ["a revoked proxy", "source_addr", () => session.request({ command: "submit_sm", source_addr: revoked.proxy })],
    ]) {
      refused(field, call, what);
      works();
    }
  });
});

describe("members", () => {
  test("of an address", () => {
    const { session } = bound();
    const whole = { ton: 1, npi: 1, addr: "1234" };
    session.sendSms({ ...SMS.good, from: whole, to: whole });
    session.sendSms({ ...SMS.good, from: Object.assign(Object.create(null), whole) });
    for (const name of ["from", "to"]) {
      for (const wrong of [{}, [], ["+1"], new Date(), new Map(), () => {}, 1234, 1n, null, true, Uint8Array.of(1), { addr: "1" }, { ton: 1, npi: 1 }]) {
        refused(name, () => session.sendSms({ ...SMS.good, [name]: wrong }), `${name}: ${String(wrong)}`);
      }
      for (const [member, wrong] of [["ton", "1"], ["npi", 256], ["addr", 5], ["addr", null], ["number", "1"]]) {
        refused(`${name}.${member}`, () => session.sendSms({ ...SMS.good, [name]: { ...whole, [member]: wrong } }), member);
      }
    }
  });

  test("of a PDU, each by its own name", () => {
    for (const [wrong, field] of [
      [{ sequence: -1 }, "sequence"], [{ sequence: 1.5 }, "sequence"], [{ sequence: "1" }, "sequence"], [{ sequence: null }, "sequence"], [{ status: 2 ** 32 }, "status"],
      [{ command: 1.5 }, "command"], [{ command: null }, "command"], [{ tlvs: [] }, "tlvs"], [{ tlvs: new Map() }, "tlvs"], [{ tlvs: { source_port: -1 } }, "tlvs.source_port"],
      [{ tlvs: { klingon: 1 } }, "tlvs.klingon"], [{ tlvs: { source_port: "x" } }, "tlvs.source_port"], [{ tlvs: { 0x1400: null } }, "tlvs.5120"], [{ tlvs: { message_payload: { a: 1 } } }, "tlvs.message_payload"],
      [{ esm_class: NaN }, "esm_class"], [{ esm_class: 1n }, "esm_class"], [{ short_message: null }, "short_message"], [{ short_message: new Date() }, "short_message"],
      [{ short_message: () => {} }, "short_message"], [{ short_message: new Map() }, "short_message"],
    ]) {
      refused(field, () => edge.encodePdu({ command: "submit_sm", sequence: 1, ...wrong }), JSON.stringify(Object.keys(wrong)));
    }
    const [decoded] = edge.decodePdus(edge.encodePdu({ command: "submit_sm", sequence: 1 })).pdus;
    for (const [wrong, field] of [
      [{ sequence: -1 }, "sequence"], [{ status: "0" }, "status"], [{ commandId: null }, "commandId"], [{ tlvs: {} }, "tlvs"], [{ tlvs: [1] }, "tlvs"], [{ tlvs: [{ tag: 1 }] }, "tlvs"],
      [{ fields: [null] }, "fields"], [{ fields: [{ name: "esm_class" }] }, "esm_class"], [{ fields: [{ name: "esm_class", value: -1 }] }, "esm_class"],
    ]) {
      refused(field, () => edge.encodePdu({ ...decoded, ...wrong }), JSON.stringify(wrong));
    }
  });

  test("half of a surrogate pair is refused wherever a text is, and U+FFFD is taken", () => {
    const { session, works } = bound();
    const half = "a\ud800b";
    refused("text", () => session.sendSms({ ...SMS.good, text: half }), "sendSms");
    refused("to", () => session.sendSms({ ...SMS.good, to: half }), "a recipient");
    refused("text", () => edge.countSegments(half), "countSegments");
    refused("text", () => edge.parseReceipt(half), "parseReceipt");
    refused("short_message", () => edge.encodePdu({ command: "submit_sm", short_message: half }), "encodePdu");
    assert.equal(edge.countSegments("\ufffd").segments, 1);
    works();
  });

  test("that the session sets itself are refused in a request", () => {
    const { session, works } = bound();
    for (const name of ["sequence", "status"]) refused(name, () => session.request({ command: "enquire_link", [name]: 5 }), name);
    works();
  });
});
