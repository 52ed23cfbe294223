// Programs that bind to the gateway by SMPP, in real workerd: npm `smpp` and this client, against an SMSC of npm `smpp`.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "smpp-edge";
import { NodeEsme, pdu, RawEsme } from "../simulator/peers.ts";
import { hashed } from "./application-settings.mjs";
import { freePort, listening, root, Smsc, startGateway, startReceiver, suiteContext, temporary, until } from "./support.mjs";

/** A gateway with applications, and its SMSC. */
async function start(t, applications = { shop: {} }, more = {}) {
  const smsc = await Smsc.start(t);
  const port = await freePort();
  const settings = Object.fromEntries(Object.entries(applications).map(([name, own]) => [name, { password: hashed("password"), ...own }]));
  const options = { port, storage: temporary(t), ...more, vars: { SMPP_URL: smsc.url, SMPP_APPLICATIONS: settings, ...more.vars } };
  const gateway = await startGateway(t, options);
  await listening(port);
  await gateway.bound();
  const url = (name = "shop", password = "password") => `smpp://${name}:${password}@127.0.0.1:${port}`;
  return { smsc, gateway, port, url, options };
}

/** An ESME of npm `smpp`. */
async function bound(port, { name = "shop", bind = "bind_transceiver", password = "password" } = {}) {
  const esme = new NodeEsme(`smpp://127.0.0.1:${port}`);
  const answer = await esme.bind(bind, { system_id: name, password, interface_version: 0x34 });
  return Object.assign(esme, { answer });
}

const text = ({ short_message: { message } }) => message?.toString() ?? "";
const idOf = (receipt) => /^id:(\S+) /.exec(text(receipt))[1];
const statOf = (receipt) => /stat:(\w+)/.exec(text(receipt))[1];

describe("an application", async () => {
  const t = suiteContext();
  let smsc;
  let gateway;
  let port;
  let url;
  before(async () => {
    ({ smsc, gateway, port, url } = await start(t, {
      shop: { inbound: ["777"] },
      few: { binds: 2, inbound: ["778"], senders: ["ACME", { ton: 1, npi: 1, addr: "4912345" }] },
      slow: { rate: 5 },
      elsewhere: { addresses: ["192.0.2.0/24", "2001:db8::/32"] },
      here: { addresses: ["127.0.0.0/8"], systemId: "a-system_id-longer-than-15-characters" },
    }));
  });

  test("sends a message and gets its receipt, by the gateway's id", async () => {
    await using smpp = await connect(url());
    const sent = await smpp.sendSms({ from: "Shop", to: "+1234567890", text: "Grüße €", report: "always" });
    const report = await sent.delivered({ timeout: 30_000 });
    assert.deepEqual([report.status, report.from.addr, report.to.addr, report.to.ton], ["delivered", "1234567890", "Shop", 5]);
    assert.match(sent.messageId, /^[0-9a-z]{26}-main-0$/);
    assert.equal(report.rawMessageId, sent.messageId);
    const { body } = await gateway.get(`/v1/messages/${sent.messageId}`);
    assert.deepEqual([body.status, body.key, body.text, body.to], ["delivered", "smpp:shop", "Grüße €", { ton: 1, npi: 1, addr: "1234567890" }]);
  });

  test("has its PDU passed on as it is, and the receipt names what it named", async () => {
    const esme = await bound(port);
    const fields = {
      service_type: "WAP", source_addr_ton: 3, source_addr_npi: 8, source_addr: "99", dest_addr_ton: 2, dest_addr_npi: 9, destination_addr: "0777123456", esm_class: 0x43, protocol_id: 0x41,
      priority_flag: 2, registered_delivery: 1, data_coding: 0xf5, short_message: { udh: Buffer.from("0605040b8423f0", "hex"), message: Buffer.from("ff0102", "hex") },
      user_message_reference: 0x0102, source_port: 5,
    };
    const { command_status, message_id } = await esme.submit(fields);
    assert.equal(command_status, 0);
    const sent = await until("the message", () => smsc.submitted.find(({ destination_addr }) => destination_addr === fields.destination_addr));
    for (const [name, value] of Object.entries(fields)) {
      if (name !== "short_message") assert.equal(sent[name], value, name);
    }
    assert.deepEqual(sent.short_message.udh.map((element) => element.toString("hex")), ["05040b8423f0"]);
    assert.equal(sent.short_message.message.toString("hex"), "ff0102");
    const receipt = await esme.inbound.take();
    assert.deepEqual([receipt.source_addr_ton, receipt.source_addr_npi, receipt.source_addr], [2, 9, "0777123456"]);
    assert.deepEqual([receipt.dest_addr_ton, receipt.dest_addr_npi, receipt.destination_addr], [3, 8, "99"]);
    assert.deepEqual([receipt.esm_class, idOf(receipt), receipt.receipted_message_id, receipt.message_state], [4, message_id, message_id, 2]);
    assert.match(text(receipt), /^id:\S+ sub:001 dlvrd:001 submit date:\d{10} done date:\d{10} stat:DELIVRD err:000 text:/);
    esme.destroy();
  });

  test("sends data_sm as submit_sm", async () => {
    const esme = await bound(port);
    const { message_id } = await esme.request("data_sm", { source_addr: "1", destination_addr: "0555", registered_delivery: 1, message_payload: { message: "payload" } });
    const receipt = await esme.inbound.take();
    assert.equal(idOf(receipt), message_id);
    const sent = smsc.submitted.find(({ destination_addr }) => destination_addr === "0555");
    assert.deepEqual([sent.command, sent.message_payload.message.toString()], ["submit_sm", "payload"]);
    esme.destroy();
  });

  test("gets the receipts it asked for, and no others", async () => {
    const esme = await bound(port);
    for (const [registered_delivery, report, stats] of [[0, "DELIVRD", []], [1, "DELIVRD", ["DELIVRD"]], [1, "UNDELIV", ["UNDELIV"]], [2, "DELIVRD", []], [2, "UNDELIV", ["UNDELIV"]], [3, "UNDELIV", []]]) {
      smsc.report = report;
      // An SMSC that reports whatever it is asked for.
      smsc.answer = (pdu) => ((pdu.registered_delivery = 1), {});
      const { message_id } = await esme.submit({ registered_delivery, destination_addr: "0556" });
      await gateway.message(message_id, report === "DELIVRD" ? "delivered" : "undeliverable");
      // What comes after it has come when that is answered.
      await sleep(200);
      const got = [];
      while (esme.inbound.size > 0) got.push(await esme.inbound.take());
      assert.deepEqual(got.map(statOf), stats, `${registered_delivery} ${report}`);
      assert(got.every((receipt) => idOf(receipt) === message_id));
    }
    smsc.report = "DELIVRD";
    smsc.answer = () => ({});
    esme.destroy();
  });

  test("gets a receipt for what the SMSC refuses", async () => {
    smsc.answer = ({ destination_addr }) => (destination_addr === "0557" ? { status: 0x0b } : {});
    const esme = await bound(port);
    const { message_id } = await esme.submit({ registered_delivery: 1, destination_addr: "0557" });
    const receipt = await esme.inbound.take();
    assert.deepEqual([idOf(receipt), statOf(receipt), receipt.message_state], [message_id, "REJECTD", 8]);
    assert.match(text(receipt), /sub:000 dlvrd:000 .* err:011/);
    smsc.answer = () => ({});
    esme.destroy();
  });

  test("asks what became of a message, and cancels one", async () => {
    smsc.answer = ({ destination_addr }) => (destination_addr === "0558" ? "nothing" : {});
    const esme = await bound(port);
    const done = await esme.submit({ destination_addr: "0559", registered_delivery: 1 });
    await esme.inbound.take();
    const query = await esme.request("query_sm", { message_id: done.message_id });
    assert.deepEqual([query.command_status, query.message_id, query.message_state], [0, done.message_id, 2]);
    assert.equal((await esme.request("query_sm", { message_id: "nothing" })).command_status, 0x0c);
    assert.equal((await esme.request("cancel_sm", { message_id: done.message_id })).command_status, 0x11);
    const other = await bound(port, { name: "slow" });
    assert.equal((await other.request("query_sm", { message_id: done.message_id })).command_status, 0x0c);
    assert.equal((await esme.request("replace_sm", { message_id: done.message_id, short_message: "x" })).command_status, 0x03);
    smsc.answer = () => ({});
    esme.destroy();
    other.destroy();
  });

  test("sends a submit_multi to each recipient, and gets each receipt by its id", async () => {
    const esme = await bound(port);
    const recipient = (addr) => ({ dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: addr });
    const multi = (dest_address, fields = {}) => esme.request("submit_multi", { source_addr: "Shop", source_addr_ton: 5, dest_address, registered_delivery: 1, data_coding: 0, short_message: "to all", user_message_reference: 7, ...fields });
    const before = smsc.submitted.length;
    const answer = await multi([recipient("1234567801"), recipient(""), recipient("1234567802")]);
    assert.equal(answer.command_status, 0);
    assert.deepEqual(answer.unsuccess_sme.map(({ destination_addr, error_status_code }) => [destination_addr, error_status_code]), [["", 0x0b]]);
    assert.match(answer.additional_status_info_text, /recipient is expected/);
    const receipts = [await esme.inbound.take(), await esme.inbound.take()];
    assert.deepEqual(receipts.map((receipt) => [idOf(receipt), receipt.receipted_message_id, receipt.source_addr, statOf(receipt)]).sort(), ["1234567801", "1234567802"].map((to) => [answer.message_id, answer.message_id, to, "DELIVRD"]));
    const sent = smsc.submitted.slice(before);
    assert.deepEqual(sent.map(({ command, source_addr, source_addr_ton, destination_addr, dest_addr_ton, user_message_reference, short_message }) => [command, source_addr, source_addr_ton, destination_addr, dest_addr_ton, user_message_reference, short_message.message.toString()]).sort(),
      ["1234567801", "1234567802"].map((to) => ["submit_sm", "Shop", 5, to, 1, 7, "to all"]));

    const alone = await multi([recipient("1234567803")]);
    assert.equal(idOf(await esme.inbound.take()), alone.message_id);
    assert.equal((await esme.request("query_sm", { message_id: alone.message_id })).message_state, 2);
    const none = await multi([recipient(""), recipient("")]);
    assert.deepEqual([none.command_status, none.additional_status_info_text], [0x0b, "A recipient is expected"]);
    assert.equal((await multi([recipient("1234567804"), { dest_flag: 2, dl_name: "friends" }])).command_status, 0x34);
    assert.equal((await multi([recipient("1234567804")], { validity_period: "tomorrow" })).command_status, 0x62);
    const few = await bound(port, { name: "few" });
    assert.equal((await few.request("submit_multi", { source_addr: "Bank", dest_address: [recipient("1234567805")], short_message: "x" })).command_status, 0x0a);
    assert.equal(smsc.submitted.length, before + 3);
    few.destroy();
    esme.destroy();
  });

  test("is refused with a reason, and the answer always arrives", async () => {
    for (const [given, status, reason] of [
      [{ password: "guess" }, 0x0e, /password/], [{ name: "nobody" }, 0x0f, /no such system_id/], [{ name: "elsewhere" }, 0x0d, /127\.0\.0\.1:\d+ may not bind/],
    ]) {
      for (let i = 0; i < 20; i++) {
        const esme = await bound(port, given);
        assert.equal(esme.answer.command_status, status);
        assert.match(esme.answer.additional_status_info_text, reason);
        await esme.closed;
      }
    }
    const esme = await bound(port, { name: "a-system_id-longer-than-15-characters" });
    assert.equal(esme.answer.command_status, 0);
    esme.destroy();
  });

  test("has no more binds than it may; one that is dead makes room", async () => {
    const alive = await Promise.all([connect(url("few")), connect(url("few"))]);
    const third = await bound(port, { name: "few" });
    assert.equal(third.answer.command_status, 0x0d);
    assert.match(third.answer.additional_status_info_text, /2 binds/);
    await alive[1].close();
    // npm smpp does not answer enquire_link by itself.
    const dead = await bound(port, { name: "few" });
    assert.equal(dead.answer.command_status, 0);
    await using next = await connect(url("few"));
    await dead.closed;
    assert.deepEqual([alive[0].stats().state, next.stats().state], ["bound", "bound"]);
    await alive[0].close();
  });

  test("keeps the binds that answer enquire_link, also while they owe all their deliver_sm_resp", async () => {
    const alive = await Promise.all(Array.from({ length: 2 }, async () => {
      const esme = await RawEsme.connected(port);
      const seen = { esme, delivered: 0, enquired: 0, isOpen: true };
      void esme.closed.then(() => (seen.isOpen = false));
      esme.send(pdu("bind_transceiver", { system_id: "few", password: "password", interface_version: 0x34 }));
      assert.equal((await esme.next()).command_status, 0);
      void (async () => {
        for (let got; (got = await esme.next().catch(() => undefined));) {
          if (got.command === "deliver_sm") seen.delivered++;
          if (got.command !== "enquire_link") continue;
          seen.enquired++;
          esme.send(pdu("enquire_link_resp", { sequence_number: got.sequence_number }));
        }
      })();
      return seen;
    }));
    for (let i = 0; i < 40; i++) assert.equal((await smsc.deliver({ source_addr: "4915112345", destination_addr: "778", short_message: `m${i}` })).command_status, 0);
    await until("both windows to be full", () => alive.every(({ delivered }) => delivered === 10));
    const third = await bound(port, { name: "few" });
    assert.equal(third.answer.command_status, 0x0d);
    assert.ok(alive.every(({ enquired, isOpen }) => enquired > 0 && isOpen));
    for (const { esme } of alive) esme.destroy();
  });

  test("has what it refused for good among the dead letters, from where it comes again", async () => {
    const esme = await bound(port);
    esme.answerWith = () => 0x65;
    assert.equal((await smsc.deliver({ source_addr: "4915112345", destination_addr: "777", short_message: "refused" })).command_status, 0);
    await esme.inbound.take();
    const [letter] = await until("the dead letter", async () => {
      const { deadLetters } = (await gateway.get("/v1/dead-letters")).body;
      return deadLetters.length > 0 && deadLetters;
    });
    assert.deepEqual([letter.target, letter.event.data.text], ["application", "refused"]);
    esme.answerWith = () => 0;
    assert.equal((await gateway.post(`/v1/dead-letters/${letter.id}/replay`)).status, 202);
    assert.equal(text(await esme.inbound.take()), "refused");
    assert.deepEqual((await gateway.get("/v1/dead-letters")).body.deadLetters, []);
    assert.equal((await gateway.post(`/v1/dead-letters/${letter.id}x/replay`)).status, 404);
    esme.destroy();
  });

  test("uses its senders and no others", async () => {
    const esme = await bound(port, { name: "few" });
    const submit = (fields) => esme.submit({ destination_addr: "0560", ...fields }).then(({ command_status }) => command_status);
    assert.equal(await submit({ source_addr: "ACME", source_addr_ton: 5 }), 0);
    assert.equal(await submit({ source_addr: "4912345", source_addr_ton: 1, source_addr_npi: 1 }), 0);
    assert.equal(await submit({ source_addr: "4912345" }), 0x0a);
    assert.equal(await submit({ source_addr: "Bank" }), 0x0a);
    assert.equal(await submit({ source_addr: "ACME", callback_num: [{ number: "12", digit_mode: 1 }] }), 0x0a);
    assert.equal(await submit({ source_addr: "ACME", esm_class: 0x40, short_message: { udh: Buffer.from("0422030191", "hex"), message: "A" } }), 0x0a);
    esme.destroy();
  });

  test("is slowed down to its rate, then refused", async () => {
    const esme = await bound(port, { name: "slow" });
    const answers = await Promise.all(Array.from({ length: 60 }, () => esme.submit({ destination_addr: "0561" })));
    const statuses = answers.map(({ command_status }) => command_status);
    assert(statuses.slice(0, 10).every((status) => status === 0));
    assert(statuses.includes(0x58));
    assert(statuses.filter((status) => status === 0).length >= 20);
    esme.destroy();
  });

  test("gets what waits as it binds to receive, on the bind that sent it", async () => {
    const sender = await bound(port, { bind: "bind_transmitter" });
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await sender.submit({ registered_delivery: 1, destination_addr: "0562" })).message_id);
    for (const id of ids) await gateway.message(id, "delivered");
    const receiver = await bound(port, { bind: "bind_receiver" });
    const got = [];
    while (got.length < 5) got.push(idOf(await receiver.inbound.take()));
    assert.deepEqual(got.sort(), ids.sort());
    const both = await bound(port);
    const { message_id } = await both.submit({ registered_delivery: 1, destination_addr: "0562" });
    assert.equal(idOf(await both.inbound.take()), message_id);
    assert.equal(receiver.inbound.size, 0);
    for (const esme of [sender, receiver, both]) esme.destroy();
  });

  test("gets again what it refused for now, and never what it refused for good", async () => {
    const esme = await bound(port);
    let tries = 0;
    esme.answerWith = () => (++tries === 1 ? 0x64 : 0);
    await esme.submit({ registered_delivery: 1, destination_addr: "0563" });
    const first = await esme.inbound.take();
    assert.equal(idOf(await esme.inbound.take()), idOf(first));
    assert.equal(tries, 2);
    esme.answerWith = () => 0x65;
    await esme.submit({ registered_delivery: 1, destination_addr: "0563" });
    await esme.inbound.take();
    await until("the dead letter", () => gateway.output().includes('"state":"dead-letter"'));
    esme.destroy();
  });

  test("gets the inbound messages of its numbers, part by part", async () => {
    const esme = await bound(port);
    const part = (n) => ({ source_addr: "491", destination_addr: "777", esm_class: 0x40, short_message: { udh: Buffer.from([5, 0, 3, 9, 2, n]), message: Buffer.from([64 + n]) }, user_message_reference: n });
    assert.equal((await smsc.deliver(part(2))).command_status, 0);
    assert.equal((await smsc.deliver(part(1))).command_status, 0);
    assert.equal((await smsc.deliver({ source_addr: "491", destination_addr: "778", short_message: "for nobody" })).command_status, 0);
    const [one, two] = [await esme.inbound.take(), await esme.inbound.take()];
    assert.deepEqual([one, two].map((each) => [each.source_addr, each.destination_addr, text(each), each.user_message_reference]).sort(), [["491", "777", "A", 1], ["491", "777", "B", 2]]);
    assert.equal(esme.inbound.size, 0);
    esme.destroy();
  });

  test("what is no bind gets an answer too", async () => {
    const socket = createConnection(port, "127.0.0.1");
    socket.write(pdu("enquire_link"));
    const [answer] = await once(socket, "data");
    assert.equal(answer.readUInt32BE(8), 0);
    socket.end(pdu("submit_sm", { destination_addr: "1" }));
    socket.resume();
    await once(socket, "close");
  });

  test("enquire_link may come before the bind; after another request a bind is refused for its place, and not for its system_id", async () => {
    const credentials = { system_id: "shop", password: "password", interface_version: 0x34 };
    const esme = await RawEsme.connected(port);
    // Two at once, the second in pieces, and the bind in one write with the end of it.
    const [one, two] = [pdu("enquire_link", { sequence_number: 7 }), pdu("enquire_link", { sequence_number: 8 })];
    esme.send(Buffer.concat([one, two.subarray(0, 9)]));
    const first = await esme.next();
    assert.deepEqual([first.command, first.command_status, first.sequence_number], ["enquire_link_resp", 0, 7]);
    esme.send(Buffer.concat([two.subarray(9), pdu("bind_transceiver", { ...credentials, sequence_number: 9 })]));
    const [second, bind] = [await esme.next(), await esme.next()];
    assert.deepEqual([second.command, second.sequence_number, bind.command, bind.command_status], ["enquire_link_resp", 8, "bind_transceiver_resp", 0]);
    esme.destroy();

    const early = new NodeEsme(`smpp://127.0.0.1:${port}`);
    assert.equal((await early.request("submit_sm", { destination_addr: "1", short_message: "x" })).command_status, 0x04);
    const answer = await early.bind("bind_transceiver", credentials);
    assert.equal(answer.command_status, 0x0d);
    assert.match(answer.additional_status_info_text, /bind has to come first/);
    await early.closed;
  });
});

test("a recipient who has opted out gets nothing from an application either", async (t) => {
  const { smsc, gateway, port } = await start(t, { shop: {} }, { vars: { SMPP_OPT_OUT: {} } });
  await gateway.call("PUT", "/v1/opt-outs", { number: "1234567891" });
  const esme = await bound(port);
  const refused = await esme.submit({ destination_addr: "1234567891", short_message: "x" });
  assert.deepEqual([refused.command_status, refused.additional_status_info_text], [0x0b, "The recipient has opted out"]);
  assert.equal((await esme.submit({ destination_addr: "1234567892", short_message: "x" })).command_status, 0);
  await until("the other message", () => smsc.submitted.length > 0);
  assert.deepEqual(smsc.submitted.map(({ destination_addr }) => destination_addr), ["1234567892"]);
});

test("a webhook gets the events of applications' messages, and nothing of their PDUs", async (t) => {
  const receiver = await startReceiver(t);
  const { smsc, port } = await start(t, { shop: { inbound: ["777"] } }, { vars: { SMPP_WEBHOOK_URL: receiver.url, SMPP_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24).toString("base64")}`, SMPP_WEBHOOK_PRIVATE: "true" } });
  const esme = await bound(port);
  const { message_id } = await esme.submit({ destination_addr: "1234567890", short_message: "hello", registered_delivery: 1 });
  const receipt = await esme.inbound.take();
  assert.equal(idOf(receipt), message_id);
  assert.equal((await smsc.deliver({ source_addr: "4915112345", destination_addr: "777", short_message: "hi" })).command_status, 0);
  const events = await until("both events", () => receiver.requests.length >= 2 && receiver.requests.map(({ body }) => JSON.parse(body)));
  assert.deepEqual(events.map(({ type, data }) => [type, data.id === message_id, data.application]).sort(), [["message.received", false, undefined], ["message.report", true, undefined]]);
});

test("the API and the metrics show applications, their binds, and what waits", async (t) => {
  const { smsc, gateway, port } = await start(t, { shop: { inbound: ["777"] }, quiet: { systemId: "silence" } });
  const { schemas } = JSON.parse(readFileSync(join(root, "js/gateway/openapi.json"), "utf8")).components;
  const began = Date.now();
  const sender = await bound(port, { bind: "bind_transmitter" });
  const { message_id } = await sender.submit({ destination_addr: "1234567890", registered_delivery: 1 });
  await sender.submit({ destination_addr: "" });
  await gateway.message(message_id, "delivered");
  assert.equal((await smsc.deliver({ source_addr: "4915112345", destination_addr: "777", short_message: "hi" })).command_status, 0);
  const [shop, quiet] = await until("what waits", async () => {
    const { applications } = (await gateway.get("/v1/applications")).body;
    return applications[0].waiting === 2 && applications;
  });
  assert.deepEqual([Object.keys(shop).sort(), Object.keys(shop.binds[0]).sort()], [Object.keys(schemas.Application.properties).sort(), Object.keys(schemas.ApplicationBind.properties).sort()]);
  const { address, since, ...counts } = shop.binds[0];
  assert.match(address, /^127\.0\.0\.1:\d+$/);
  assert(Date.parse(since) >= began - 1_000 && Date.parse(since) <= Date.now() + 1_000);
  assert.deepEqual(counts, { type: "transmitter", received: 3, sent: 0, inFlight: 0 });
  assert.deepEqual([shop.name, shop.systemId, shop.taken, shop.refused, shop.delivered, shop.dead], ["shop", "shop", 1, 1, 0, 0]);
  assert.deepEqual(quiet, { name: "quiet", systemId: "silence", binds: [], taken: 0, refused: 0, delivered: 0, failed: 0, waiting: 0, dead: 0 });

  const receiver = await bound(port, { bind: "bind_receiver" });
  for (let i = 0; i < 2; i++) await receiver.inbound.take();
  const metric = (text, name) => Number(new RegExp(`^${name.replace(/[{}]/g, "\\$&")} (\\d+)$`, "m").exec(text)?.[1]);
  const metrics = await until("both deliveries", async () => {
    const { body } = await gateway.get("/metrics");
    return metric(body, 'smpp_application_deliveries_total{application="shop",result="delivered"}') === 2 && body;
  });
  for (const [name, value] of [
    ['smpp_application_binds{application="shop",type="receiver"}', 1], ['smpp_application_binds{application="quiet",type="receiver"}', 0],
    ['smpp_application_submits_total{application="shop",result="stored"}', 1], ['smpp_application_submits_total{application="shop",result="refused"}', 1],
    ['smpp_application_deliveries_waiting{application="shop"}', 0], ['smpp_application_dead_letters{application="quiet"}', 0],
  ]) assert.equal(metric(metrics, name), value, name);
  assert.match(metrics, /^# TYPE smpp_application_binds gauge$/m);
  for (const esme of [sender, receiver]) esme.destroy();
});

test("a rule for inbound messages gives them to an application, beside the one whose number it is", async (t) => {
  const rules = [{ name: "votes", keyword: "vote", targets: "application:votes" }];
  const { smsc, port } = await start(t, { shop: { inbound: ["777"] }, votes: {} }, { vars: { SMPP_INBOUND_ROUTES: rules } });
  const [shop, votes] = [await bound(port), await bound(port, { name: "votes" })];
  const ask = async (to, short_message) => assert.equal((await smsc.deliver({ source_addr: "4915112345", destination_addr: to, short_message })).command_status, 0);
  const taken = async (esme) => text(await esme.inbound.take());
  await ask("12345", "Vote red");
  assert.equal(await taken(votes), "Vote red");
  await ask("777", "vote blue");
  assert.deepEqual([await taken(votes), await taken(shop)], ["vote blue", "vote blue"]);
  await ask("777", "hello");
  assert.equal(await taken(shop), "hello");
  await ask("12345", "vote green");
  assert.equal(await taken(votes), "vote green", "nothing else came in between");
  for (const esme of [shop, votes]) esme.destroy();
});
