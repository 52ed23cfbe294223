// Programs that reach the gateway through `smpp-edge tunnel`: a WebSocket into real workerd.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { request } from "node:http";
import { before, describe, test } from "node:test";
import { connect } from "smpp-edge";
import { program } from "../cli/program.ts";
import { NodeEsme, pdu, RawEsme } from "../simulator/peers.ts";
import { hashed } from "./application-settings.mjs";
import { freePort, Smsc, startGateway, suiteContext, until } from "./support.mjs";

const keys = { tunnel: "tunnel-key-0123456789", all: "all-key-0123456789" };

/** A tunnel to the gateway. */
async function startTunnel(t, gateway, token, listen = 0) {
  const child = spawn(process.execPath, [program, "tunnel", gateway.url.replace("http", "ws"), "--listen", String(listen)], { env: { ...process.env, SMPP_TUNNEL_TOKEN: token }, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill());
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const port = await until("the tunnel", () => /^listening on smpp:\/\/127\.0\.0\.1:(\d+) for 127/m.exec(output)?.[1]);
  return { port: Number(port), child, output: () => output };
}

/** The status of a handshake. */
function handshake(gateway, headers, path = "/v1/tunnel") {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers: { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": Buffer.alloc(16).toString("base64"), ...headers } });
    asked.on("upgrade", (response, socket) => (socket.destroy(), resolve(response.statusCode)));
    asked.on("response", (response) => (response.resume(), resolve(response.statusCode)));
    asked.on("error", reject);
    asked.end();
  });
}

describe("an application behind a tunnel", async () => {
  const t = suiteContext();
  let smsc;
  let gateway;
  let tunnel;
  before(async () => {
    smsc = await Smsc.start(t);
    const settings = Object.fromEntries(Object.entries({ shop: {}, elsewhere: { addresses: ["192.0.2.0/24", "2001:db8::/32"] }, here: { addresses: ["127.0.0.1"] } }).map(([name, own]) => [name, { password: hashed("password"), ...own }]));
    gateway = await startGateway(t, { port: await freePort(), vars: { SMPP_URL: smsc.url, SMPP_APPLICATIONS: settings, SMPP_API_KEYS: { tunnel: { key: keys.tunnel, scopes: ["tunnel"] }, all: keys.all } } });
    gateway.headers = { authorization: `Bearer ${keys.all}` };
    await gateway.bound();
    tunnel = await startTunnel(t, gateway, keys.tunnel);
  });

  test("sends messages and gets their receipts", async () => {
    await using smpp = await connect(`smpp://shop:password@127.0.0.1:${tunnel.port}`, { window: 100 });
    const sent = await Promise.all(Array.from({ length: 200 }, (_, i) => smpp.sendSms({ from: "Shop", to: `+12345678${String(i).padStart(3, "0")}`, text: `message ${i}`, report: "always" })));
    const reports = await Promise.all(sent.map((each) => each.delivered({ timeout: 60_000 })));
    assert(reports.every(({ status }) => status === "delivered"));
    assert.equal(smsc.submitted.length, 200);
  });

  test("gets the reason of a refused bind, each time", async () => {
    for (const [name, password, status, reason] of [["shop", "guess", 0x0e, /password/], ["nobody", "password", 0x0f, /no such system_id/], ["elsewhere", "password", 0x0d, /^127\.0\.0\.1:0 may not bind/]]) {
      for (let i = 0; i < 5; i++) {
        const esme = new NodeEsme(`smpp://127.0.0.1:${tunnel.port}`);
        const answer = await esme.bind("bind_transceiver", { system_id: name, password, interface_version: 0x34 });
        assert.equal(answer.command_status, status);
        assert.match(answer.additional_status_info_text, reason);
        await esme.closed;
      }
    }
    const esme = new NodeEsme(`smpp://127.0.0.1:${tunnel.port}`);
    assert.equal((await esme.bind("bind_transceiver", { system_id: "here", password: "password" })).command_status, 0);
    esme.destroy();
  });

  test("gets an answer to each of more requests than a tunnel holds", async () => {
    const esme = await RawEsme.connected(tunnel.port);
    esme.send(pdu("bind_transceiver", { system_id: "shop", password: "password", interface_version: 0x34 }));
    assert.equal((await esme.next()).command_status, 0);
    const count = 3_000;
    // Long and refused, so that octets are all that there is to them.
    for (let i = 0; i < count; i++) esme.submit("", i + 2, { destination_addr: "", message_payload: { message: Buffer.alloc(1_000, "x") }, short_message: "" });
    const answered = new Set();
    while (answered.size < count) {
      const { command, sequence_number } = await esme.next();
      if (command === "submit_sm_resp") answered.add(sequence_number);
    }
    esme.destroy();
    assert.equal(answered.size, count);
  });

  test("a tunnel needs a key with its scope", async () => {
    const protocol = { "sec-websocket-protocol": "smpp-edge.tunnel" };
    const bearer = (key) => ({ authorization: `Bearer ${key}` });
    assert.equal(await handshake(gateway, protocol), 401);
    assert.equal(await handshake(gateway, { ...protocol, ...bearer("wrong-key-0123456789") }), 401);
    assert.equal(await handshake(gateway, { ...protocol, ...bearer(keys.all) }), 403);
    assert.equal(await handshake(gateway, bearer(keys.tunnel)), 426);
    assert.equal(await handshake(gateway, { ...protocol, ...bearer(keys.tunnel) }), 101);
    assert.equal(await handshake(gateway, { ...protocol, ...bearer(keys.tunnel) }, "/v1/tunnel?x=1"), 400);
    for (const method of ["POST", "HEAD", "DELETE"]) assert.equal((await fetch(new URL("/v1/tunnel", gateway.url), { method, headers: bearer(keys.tunnel) })).status, 405, method);
    assert.equal((await gateway.get("/v1/tunnel", bearer(keys.tunnel))).status, 426);
    assert.equal((await gateway.get("/v1/messages", bearer(keys.tunnel))).status, 403);
    for (const path of ["/v1/messages/preview", "/v1/decode"]) assert.equal((await gateway.post(path, { to: "+447700900001", text: "x" }, bearer(keys.tunnel))).status, 403, path);
    const denied = await startTunnel(t, gateway, keys.all);
    const esme = await RawEsme.connected(denied.port);
    await esme.closed;
    assert.match(await until("the line", () => /refuses the tunnel: .*/.exec(denied.output())?.[0]), /The scope "tunnel" is needed|scope tunnel/);
  });

  test("nothing is lost or sent twice while tunnels are killed: each message that was accepted has its receipt", async () => {
    const port = await freePort();
    let shortLived = await startTunnel(t, gateway, keys.tunnel, port);
    const reports = new Map();
    await using smpp = await connect(`smpp://shop:password@127.0.0.1:${port}`, {
      window: 20, reconnect: { min: 50, max: 200 },
      onReport: ({ messageId, pdu: octets }) => void reports.set(messageId, [...reports.get(messageId) ?? [], octets]),
    });
    const accepted = new Map();
    const doubtful = new Set();
    const send = async (text) => {
      for (;;) {
        try {
          const sent = await smpp.sendSms({ from: "Shop", to: "+1234567890", text, report: "always" });
          return void accepted.set(text, sent.messageId);
        } catch (error) {
          if (error.outcome === "unknown") return void doubtful.add(text);
          if (error.outcome !== "not-sent") throw error;
        }
      }
    };
    const count = 400;
    const work = Array.from({ length: 8 }, async (_, lane) => {
      for (let i = lane; i < count; i += 8) await send(`through a tunnel ${i}`);
    });
    for (let kills = 1; kills <= 3; kills++) {
      await until("some messages", () => accepted.size + doubtful.size > kills * (count / 5));
      shortLived.child.kill("SIGKILL");
      shortLived = await startTunnel(t, gateway, keys.tunnel, port);
    }
    await Promise.all(work);
    assert.equal(accepted.size + doubtful.size, count);
    await until("a receipt of each", () => [...accepted.values()].every((id) => reports.has(id)));
    const atSmsc = Map.groupBy(smsc.texts().filter((text) => text.startsWith("through a tunnel")), (text) => text);
    for (const text of accepted.keys()) assert.equal(atSmsc.get(text)?.length, 1, text);
    for (const text of doubtful) assert((atSmsc.get(text)?.length ?? 0) <= 1, text);
    // What came more than once says so, all but the first time.
    for (const [id, pdus] of reports) {
      const unmarked = pdus.filter((octets) => !Buffer.from(octets).includes(Buffer.from("1500000101", "hex")));
      assert(unmarked.length <= 1, `${id} has ${unmarked.length} receipts without the mark`);
    }
  });

  test("the application's bind ends with the tunnel", async () => {
    const esme = new NodeEsme(`smpp://127.0.0.1:${tunnel.port}`);
    assert.equal((await esme.bind("bind_transceiver", { system_id: "shop", password: "password" })).command_status, 0);
    const closed = () => gateway.output().match(/"state":"closed"/g)?.length ?? 0;
    const before = closed();
    tunnel.child.kill("SIGTERM");
    await esme.closed;
    await until("the end of the bind", () => closed() > before);
  });
});
