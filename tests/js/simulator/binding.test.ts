import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createSimulator, type Simulator } from "smpp-edge/server";
import { hex, NodeEsme, parse, pdu, RawEsme, until, within } from "./peers.ts";

const ESME_RINVCMDLEN = 0x02;
const ESME_RINVCMDID = 0x03;
const ESME_RINVBNDSTS = 0x04;
const ESME_RALYBND = 0x05;
const ESME_RINVPASWD = 0x0e;
const ESME_RINVSYSID = 0x0f;

describe("binding", () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await createSimulator({ port: 0, name: "smsc", accounts: { smppclient1: "password", other: "secret" } });
  });
  after(() => simulator.close());

  for (const kind of ["transmitter", "receiver", "transceiver"]) {
    test(`${kind}: the right password is let in`, async () => {
      const esme = new NodeEsme(simulator.url);
      const answer = await esme.bind(`bind_${kind}`);
      assert.equal(answer.command, `bind_${kind}_resp`);
      assert.equal(answer.command_status, 0);
      assert.equal(answer["system_id"], "smsc");
      const [session] = simulator.sessions;
      assert.equal(session?.systemId, "smppclient1");
      assert.equal(session?.bindType, kind);
      assert.equal((await esme.request("unbind")).command, "unbind_resp");
      esme.destroy();
      await until("the end of the session", () => simulator.sessions.size === 0);
    });
  }

  test("a second account has its own password", async () => {
    const esme = new NodeEsme(simulator.url);
    assert.equal((await esme.bind("bind_transceiver", { system_id: "other", password: "secret" })).command_status, 0);
    esme.destroy();
  });

  test("a wrong password is refused", async () => {
    const esme = new NodeEsme(simulator.url);
    assert.equal((await esme.bind("bind_transceiver", { password: "wrong" })).command_status, ESME_RINVPASWD);
    esme.destroy();
  });

  test("an unknown system_id is refused", async () => {
    const esme = new NodeEsme(simulator.url);
    assert.equal((await esme.bind("bind_transceiver", { system_id: "nobody" })).command_status, ESME_RINVSYSID);
    esme.destroy();
  });

  test("a second bind is refused and the session goes on", async () => {
    const esme = await NodeEsme.bound(simulator.url);
    assert.equal((await esme.bind()).command_status, ESME_RALYBND);
    assert.equal((await esme.submit()).command_status, 0);
    esme.destroy();
  });

  test("submit_sm before the bind is refused", async () => {
    const esme = new NodeEsme(simulator.url);
    const answer = await esme.submit();
    assert.equal(answer.command, "submit_sm_resp");
    assert.equal(answer.command_status, ESME_RINVBNDSTS);
    esme.destroy();
  });

  test("submit_sm on a receiver is refused", async () => {
    const esme = await NodeEsme.bound(simulator.url, "bind_receiver");
    assert.equal((await esme.submit()).command_status, ESME_RINVBNDSTS);
    esme.destroy();
  });

  test("enquire_link is answered, bound or not", async () => {
    const esme = new NodeEsme(simulator.url);
    assert.equal((await esme.request("enquire_link")).command, "enquire_link_resp");
    await esme.bind();
    assert.equal((await esme.request("enquire_link")).command, "enquire_link_resp");
    esme.destroy();
  });
});

describe("PDUs that are wrong", () => {
  let simulator: Simulator;
  before(async () => void (simulator = await createSimulator({ port: 0 })));
  after(() => simulator.close());

  test("an unknown command gets generic_nack with its sequence_number, and the session goes on", async () => {
    const esme = await RawEsme.bound(simulator.port);
    esme.send(hex("00000010 0000abcd 00000000 00000007"));
    const answer = await esme.next();
    assert.equal(answer.command, "generic_nack");
    assert.equal(answer.command_status, ESME_RINVCMDID);
    assert.equal(answer.sequence_number, 7);
    esme.submit("15551230000", 8);
    assert.equal((await esme.next()).command, "submit_sm_resp");
    esme.destroy();
  });

  test("a body that is too short is answered with ESME_RINVCMDLEN, and the session goes on", async () => {
    const esme = await RawEsme.bound(simulator.port);
    // submit_sm with nothing but a service_type
    esme.send(hex("00000011 00000004 00000000 00000009 00"));
    const answer = await esme.next();
    assert.equal(answer.command, "submit_sm_resp");
    assert.equal(answer.command_status, ESME_RINVCMDLEN);
    assert.equal(answer.sequence_number, 9);
    esme.submit("15551230000", 10);
    assert.equal((await esme.next()).command_status, 0);
    esme.destroy();
  });

  test("octets that are no SMPP end the connection", async () => {
    const esme = await RawEsme.connected(simulator.port);
    esme.send(Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    const answer = await esme.next();
    assert.equal(answer.command, "generic_nack");
    assert.equal(answer.command_status, ESME_RINVCMDLEN);
    await within("the end of the connection", esme.closed);
  });

  test("a request that comes octet by octet is read", async () => {
    const esme = await RawEsme.connected(simulator.port);
    for (const octet of pdu("bind_transceiver", { system_id: "smppclient1", password: "password" })) {
      esme.send(Uint8Array.of(octet));
      await new Promise(setImmediate);
    }
    assert.equal(parse(await esme.frames.take()).command_status, 0);
    esme.destroy();
  });
});

describe("connections that are quiet", () => {
  test("without a bind one is closed", async () => {
    await using simulator = await createSimulator({ port: 0, sessionInit: 50 });
    const esme = await RawEsme.connected(simulator.port);
    await within("the end of the connection", esme.closed);
    assert.equal(esme.octets.length, 0);
  });

  test("a bound one with no traffic is unbound and closed", async () => {
    await using simulator = await createSimulator({ port: 0, inactivity: 50, enquireLink: 0 });
    const esme = await RawEsme.bound(simulator.port);
    const request = await esme.next();
    assert.equal(request.command, "unbind");
    esme.send(pdu("unbind_resp", { sequence_number: request.sequence_number }));
    await within("the end of the connection", esme.closed);
  });

  test("by default one is ended after five minutes, and enquire_link_resp alone does not keep it", async (t) => {
    const now = performance.now.bind(performance);
    let skew = 0;
    t.mock.method(performance, "now", () => now() + skew);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    // In small steps: a timer that fires late looks like a process that was stopped.
    const pass = (seconds: number) => {
      for (let step = 0; step < seconds * 20; step++) {
        skew += 50;
        t.mock.timers.tick(50);
      }
    };
    await using simulator = await createSimulator({ port: 0 });
    using esme = await RawEsme.bound(simulator.port);
    const [session] = simulator.sessions;
    for (let seconds = 31; seconds < 280; seconds += 31) {
      pass(31);
      const request = await esme.next();
      assert.equal(request.command, "enquire_link", `after ${seconds} s`);
      const { octetsIn } = session!.stats();
      esme.send(pdu("enquire_link_resp", { sequence_number: request.sequence_number }));
      await until("the answer to be read", () => session!.stats().octetsIn > octetsIn);
    }
    pass(20);
    assert.equal(esme.frames.size, 0);
    pass(2);
    assert.equal((await esme.next()).command, "unbind");
  });
});
