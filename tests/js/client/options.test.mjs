// What connect() and sendSms() make of what they are given.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importSource } from "./helpers.mjs";

const { formatAddress, Generations, readAddress, readOptions, readSchedule, readValidity } = await importSource("tests/js/client/internals.ts");

describe("URL", () => {
  for (const [url, host, port, tls] of [
    ["smpp://smsc.example", "smsc.example", 2775, false],
    ["smpps://smsc.example", "smsc.example", 3550, true],
    ["smpp://smsc.example:5000/", "smsc.example", 5000, false],
    ["smpps://192.0.2.1:5001", "192.0.2.1", 5001, true],
    ["smpp://[2001:db8::1]", "2001:db8::1", 2775, false],
    ["smpps://[::1]:1", "::1", 1, true],
  ]) {
    test(url, () => {
      const [target] = readOptions(url).targets;
      assert.deepEqual([target.host, target.port, target.tls !== undefined], [host, port, tls]);
    });
  }

  test("system_id and password are percent-decoded", () => {
    const { engine } = readOptions("smpp://my%40id:p%3A%2F%3F%23%25%C3%A9@localhost");
    assert.equal(engine.systemId, "my@id");
    assert.equal(engine.password, "p:/?#%é");
  });

  test("a URL object will do", () => {
    assert.equal(readOptions(new URL("smpp://a:b@localhost:1")).targets[0].port, 1);
  });

  test("options come before it", () => {
    const { targets: [target], engine } = readOptions("smpp://a:b@one:1", { host: "two", port: 2, systemId: "c", password: "d", tls: true });
    assert.deepEqual([target.host, target.port, target.tls, engine.systemId, engine.password], ["two", 2, {}, "c", "d"]);
    assert.equal(readOptions("smpp://a:b@one:1", { host: undefined, systemId: undefined }).targets[0].host, "one");
    assert.equal(readOptions("smpp://one", { tls: { servername: "x" } }).targets[0].port, 3550);
  });

  for (const [url, field] of [
    ["http://localhost", "url"],
    ["localhost:2775", "url"],
    ["", "url"],
    ["smpp://", "host"],
    ["smpp://localhost/path", "url"],
    ["smpp://localhost?window=3", "url"],
    ["smpp://localhost#x", "url"],
    ["smpp://localhost:0", "url"],
    ["smpp://localhost:65536", "url"],
    ["smpp://id:100%@localhost", "url"],
  ]) {
    test(`${url || "nothing"} is refused`, () => {
      assert.throws(() => readOptions(url), (error) => error.code === "invalid-option" && error.field === field && error.outcome === "not-sent");
    });
  }

  test("no error repeats it, since the password is in it", () => {
    for (const url of ["smpp://id:s3cret@localhost/path", "smpp://id:s3cret@localhost:99999", "smtp://id:s3cret@x", "smpp://id:s3cret%@x"]) {
      assert.throws(() => readOptions(url), (error) => !JSON.stringify([error.message, error.stack, error.cause]).includes("s3cret"));
    }
  });
});

describe("options", () => {
  test("what the engine is given", () => {
    const { engine } = readOptions("smpp://id:pw@localhost");
    assert.deepEqual(engine, { systemId: "id", password: "pw", role: "esme", bindTimeout: 10_000, enquireLinkTimeout: 10_000, reconnect: { min: 1_000, max: 60_000 }, log: "none" });
    const given = {
      bind: "receiver", version: "5.0", systemType: "t", addressRange: "^1", addrTon: 1, addrNpi: 1, window: 5, rate: 2.5, maxQueue: 9, maxPdu: 1_000, enquireLink: 1, responseTimeout: 2,
      bindTimeout: 3, unbindTimeout: 8, inactivity: 4, assumeVersion: "3.3", inboundRate: 1.5, maxRefusals: 3, bindFailIsFinal: true, defaultAlphabet: "latin1", concat: "sar", messageIdFormat: "hex-receipt", retryBusy: false, reassemble: false, partTimeout: 5, maxUnacknowledged: 6, acknowledgeTimeout: 7,
    };
    assert.deepEqual(readOptions("smpp://localhost", given).engine, { ...given, role: "esme", enquireLinkTimeout: 2, reconnect: { min: 1_000, max: 60_000 }, log: "none" });
  });

  test("reconnect", () => {
    const policy = (reconnect) => readOptions("smpp://localhost", { reconnect }).engine.reconnect;
    assert.equal(policy(false), null);
    assert.deepEqual(policy(true), { min: 1_000, max: 60_000 });
    assert.deepEqual(policy({ min: 5 }), { min: 5, max: 60_000 });
    assert.deepEqual(policy({ max: 500 }), { min: 500, max: 500 });
    assert.deepEqual(policy({ min: 90_000 }), { min: 90_000, max: 90_000 });
  });

  test("endpoints are tried behind the URL's own, over TLS as that unless they say otherwise", () => {
    const targets = (url, endpoints, tls) => readOptions(url, { endpoints, tls }).targets.map((target) => [target.host, target.port, target.tls]);
    assert.deepEqual(targets("smpp://a:b@one", ["smpp://two", "smpps://three", new URL("smpp://four:4"), { host: "five", tls: true }, { host: "six", port: 6 }]),
      [["one", 2775, undefined], ["two", 2775, undefined], ["three", 3550, {}], ["four", 4, undefined], ["five", 3550, {}], ["six", 6, undefined]]);
    const ca = "-----BEGIN CERTIFICATE-----";
    const other = `${ca} of another`;
    assert.deepEqual(targets("smpps://one", ["smpps://two", "smpp://three", { host: "four" }, { host: "five", tls: { ca: other } }, { host: "six", tls: false }], { ca }),
      [["one", 3550, { ca }], ["two", 3550, { ca }], ["three", 2775, undefined], ["four", 3550, { ca }], ["five", 3550, { ca: other }], ["six", 2775, undefined]]);
    assert.equal(readOptions("smpp://one", { endpoints: ["smpp://two"] }).engine.endpoints, 2);
  });

  test("log lines show PDUs, and texts only if asked", () => {
    const log = () => {};
    assert.equal(readOptions("smpp://localhost", { log }).engine.log, "pdus");
    assert.equal(readOptions("smpp://localhost", { log, logTexts: true }).engine.log, "texts");
    assert.equal(readOptions("smpp://localhost", { logTexts: true }).engine.log, "none");
  });

  for (const [options, field] of [
    [{ bind: "both" }, "bind"],
    [{ version: 3.4 }, "version"],
    [{ window: 0 }, "window"],
    [{ window: 1_001 }, "window"],
    [{ window: 1.5 }, "window"],
    [{ rate: 0 }, "rate"],
    [{ rate: Infinity }, "rate"],
    [{ enquireLink: -1 }, "enquireLink"],
    [{ responseTimeout: "30s" }, "responseTimeout"],
    [{ bindTimeout: 2 ** 31 }, "bindTimeout"],
    [{ reconnect: "yes" }, "reconnect"],
    [{ reconnect: { min: 0 } }, "min"],
    [{ reconnect: { min: 2, max: 1 } }, "reconnect"],
    [{ reconnect: { factor: 2 } }, "factor"],
    [{ defaultAlphabet: "gsm" }, "defaultAlphabet"],
    [{ concat: "udh" }, "concat"],
    [{ messageIdFormat: "hex" }, "messageIdFormat"],
    [{ onReport: {} }, "onReport"],
    [{ socket: "tcp" }, "socket"],
    [{ log: true }, "log"],
    [{ tls: "yes" }, "tls"],
    [{ tls: { rejectUnauthorised: false } }, "rejectUnauthorised"],
    [{ tls: { ca: 1 } }, "ca"],
    [{ password: 1234 }, "password"],
    [{ port: "2775" }, "port"],
    [{ signal: {} }, "signal"],
    [{ endpoints: "smpp://two" }, "endpoints"],
    [{ endpoints: ["smpp://id:pw@two"] }, "endpoints"],
    [{ endpoints: ["http://two"] }, "endpoints"],
    [{ endpoints: [{ port: 1 }] }, "endpoints"],
    [{ endpoints: [{ host: "two", systemId: "x" }] }, "systemId"],
    [{ endpoints: [null] }, "endpoints"],
    [{ fallback: 1 }, "fallback"],
    [{ binds: 0 }, "binds"],
    [{ binds: 65 }, "binds"],
    [{ binds: 1.5 }, "binds"],
    [{ assumeVersion: 3 }, "assumeVersion"],
    [{ inboundRate: 0 }, "inboundRate"],
    [{ unbindTimeout: 0 }, "unbindTimeout"],
    [{ maxRefusals: -1 }, "maxRefusals"],
    [{ maxTracked: 1 }, "maxTracked"],
    [{ maxTracked: 10_000_001 }, "maxTracked"],
    [{ trackTimeout: -1 }, "trackTimeout"],
    [{ enquirelink: 1 }, "enquirelink"],
    [{ constructor: 1 }, "constructor"],
    [null, "options"],
  ]) {
    test(`${JSON.stringify(options)} is refused`, () => {
      assert.throws(() => readOptions("smpp://localhost", options), (error) => error.code === "invalid-option" && error.field === field);
    });
  }

  test("a plain connection can't be asked for by an smpps URL", () => {
    assert.throws(() => readOptions("smpps://localhost", { tls: false }), (error) => error.field === "tls");
  });
});

describe("addresses", () => {
  for (const [input, ton, npi, addr] of [
    ["+1234567890", 1, 1, "1234567890"],
    ["12345", 0, 0, "12345"],
    ["491701234567", 0, 0, "491701234567"],
    ["*100#", 0, 0, "*100#"],
    ["Example", 5, 0, "Example"],
    ["Shop 24-7", 5, 0, "Shop 24-7"],
    ["11character", 5, 0, "11character"],
    ["Ärzte", 5, 0, "Ärzte"],
    [{ ton: 2, npi: 8, addr: "0170" }, 2, 8, "0170"],
    [undefined, 0, 0, ""],
    ["", 0, 0, ""],
  ]) {
    test(JSON.stringify(input) ?? "none", () => {
      const out = {};
      readAddress(input, out, "from");
      assert.deepEqual(out, { ton, npi, addr });
    });
  }

  for (const [input, ton, npi, addr] of [["+12 34", 1, 1, "1234"], ["+1-2", 1, 1, "12"], ["555-1234", 0, 0, "5551234"]]) {
    test(`${input} without what is between its digits`, () => {
      const out = {};
      readAddress(input, out, "from");
      assert.deepEqual(out, { ton, npi, addr });
    });
  }

  for (const input of ["+", "12characters", "١٢٣", 12345, null, { ton: 1, npi: 1 }]) {
    test(`${JSON.stringify(input)} is refused`, () => {
      assert.throws(() => readAddress(input, {}, "to"), (error) => error.code === "invalid-field" && error.field === "to");
    });
  }

  test("written as one reads them", () => {
    assert.equal(formatAddress({ ton: 1, npi: 1, addr: "1234567890" }), "+1234567890");
    assert.equal(formatAddress({ ton: 1, npi: 1, addr: "+1234567890" }), "+1234567890");
    assert.equal(formatAddress({ ton: 0, npi: 0, addr: "12345" }), "12345");
    assert.equal(formatAddress({ ton: 5, npi: 0, addr: "Example" }), "Example");
  });
});

describe("what is remembered", () => {
  test("goes after one to two lifetimes", (t) => {
    t.mock.timers.enable({ apis: ["Date"] });
    const map = new Generations(10, 1_000);
    map.set("a", 1);
    t.mock.timers.tick(999);
    map.set("b", 2);
    assert.equal(map.get("a"), 1);
    t.mock.timers.tick(1);
    map.set("c", 3);
    assert.equal(map.get("a"), 1);
    t.mock.timers.tick(1_000);
    map.set("d", 4);
    assert.deepEqual([map.get("a"), map.get("b"), map.get("c")], [undefined, undefined, 3]);
    t.mock.timers.tick(2_000);
    map.set("e", 5);
    assert.deepEqual([map.get("d"), map.get("e")], [undefined, 5]);
  });

  test("goes when two generations of newer ones came", () => {
    const map = new Generations(2, 1_000);
    for (const key of ["a", "b", "c", "d", "e"]) map.set(key, key);
    assert.deepEqual(["a", "b", "c", "d", "e"].map((key) => map.get(key)), [undefined, undefined, "c", "d", "e"]);
    assert.equal(map.take("c"), "c");
    assert.equal(map.get("c"), undefined);
  });
});

describe("times", () => {
  const noon = new Date("2026-03-04T12:00:00.500Z");

  test("validity is seconds, or a point in time in UTC (SMPP 5.0, 4.7.23.4)", () => {
    assert.equal(readValidity(undefined), undefined);
    assert.equal(readValidity(3_600), 3_600);
    assert.equal(readValidity(0.2), 1);
    assert.equal(readValidity(noon), "260304120000500+");
  });

  test("a schedule is a point in time, or relative for up to 99 days (4.7.23.5)", (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: noon });
    assert.equal(readSchedule(undefined), undefined);
    assert.equal(readSchedule(noon), "260304120000500+");
    assert.equal(readSchedule(90_061), "000001010101000R");
    assert.equal(readSchedule(99 * 86_400), "000099000000000R");
    assert.equal(readSchedule(100 * 86_400), "260612120000500+");
  });

  for (const value of [0, -1, NaN, Infinity, "1h", new Date(NaN), null]) {
    test(`${String(value)} is refused`, () => {
      assert.throws(() => readValidity(value), (error) => error.field === "validity");
      assert.throws(() => readSchedule(value), (error) => error.field === "scheduleAt");
    });
  }
});
