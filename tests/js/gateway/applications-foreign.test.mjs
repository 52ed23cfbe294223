// Programs of others, set up as docs/applications.md says, against the gateway of examples/applications: PyPI smpplib and Kannel of Debian, where they are installed.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { freePort, listening, root, Smsc, startGateway, suiteContext, temporary, until } from "./support.mjs";

const MESSAGES = Number(process.env.MESSAGES ?? 200);
const python = process.env.PYTHON ?? "python3";
const hasSmpplib = spawnSync(python, ["-c", "import smpplib"]).status === 0;
const bearerbox = ["/usr/sbin/bearerbox", "/usr/local/sbin/bearerbox"].find(existsSync);
const smsbox = ["/usr/sbin/smsbox", "/usr/local/sbin/smsbox"].find(existsSync);

const t = suiteContext();
let smsc;
let gateway;
let port;

before(async () => {
  smsc = await Smsc.start(t);
  port = await freePort();
  const example = join(root, "examples", "applications");
  const { stdout } = spawnSync(process.execPath, [join(example, "hash-password.mjs"), "password"], { encoding: "utf8" });
  const given = JSON.parse(readFileSync(join(example, "wrangler.jsonc"), "utf8"));
  const config = join(temporary(t), "wrangler.json");
  writeFileSync(config, JSON.stringify({
    ...given, main: join(example, "worker.ts"), assets: { ...given.assets, directory: join(root, "dist", "pages") },
    connect: [{ protocol: "tcp", port }], vars: { SMPP_URL: smsc.url, SMPP_APPLICATIONS: { shop: { password: stdout.trim(), inbound: ["777"] } } },
  }));
  gateway = await startGateway(t, { config });
  await listening(port);
  await gateway.bound();
});

/** Texts at the SMSC that begin so: how often each is there. */
function atSmsc(prefix) {
  const counts = new Map();
  for (const text of smsc.texts().filter((each) => each.startsWith(prefix))) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

describe("programs of others", () => {
  test("smpplib sends, gets its receipts, and long messages keep together", { skip: !hasSmpplib && "there is no smpplib (pip install smpplib; PYTHON names another python)" }, async () => {
    const script = `
import sys, threading, smpplib.client, smpplib.consts, smpplib.gsm
client = smpplib.client.Client("127.0.0.1", ${port}, timeout=60, allow_unknown_opt_params=True)
sent, receipts = set(), []
client.set_message_sent_handler(lambda pdu: sent.add(pdu.message_id.decode()))
client.set_message_received_handler(lambda pdu: receipts.append(pdu.receipted_message_id.decode()))
client.connect()
client.bind_transceiver(system_id="shop", password="password")
count = 0
for i in range(${MESSAGES}):
    parts, coding, flags = smpplib.gsm.make_parts("python %d" % i + (" long" * 50 if i % 10 == 0 else ""))
    for part in parts:
        count += 1
        client.send_message(source_addr="1", destination_addr="4477%06d" % i, short_message=part, data_coding=coding, esm_class=flags, registered_delivery=True)
while len(sent) < count or len(set(receipts)) < count:
    client.read_once()
client.unbind()
client.disconnect()
print(count, len(sent), len(receipts), sorted(set(receipts)) == sorted(sent))
`;
    const child = spawn(python, ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => child.kill());
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    await once(child, "exit");
    const parts = MESSAGES + Math.ceil(MESSAGES / 10);
    assert.equal(output.trim(), `${parts} ${parts} ${parts} True`);
    assert([...atSmsc("python")].every(([, count]) => count === 1));
  });

  test("Kannel sends, gets its reports and an inbound message", { skip: (!bearerbox || !smsbox) && "there is no Kannel (Debian: kannel)" }, async () => {
    const directory = temporary(t);
    mkdirSync(join(directory, "store"));
    const [admin, box, http] = [await freePort(), await freePort(), await freePort()];
    const reports = [];
    const inbound = [];
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url, "http://localhost");
      if (pathname === "/report") reports.push([searchParams.get("n"), searchParams.get("type")]);
      else inbound.push(searchParams.get("text"));
      response.end("");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const own = `http://127.0.0.1:${server.address().port}`;
    const page = readFileSync(join(root, "docs", "applications.md"), "utf8");
    const [, group] = /(group = smsc\n[^`]*)```/.exec(page);
    const config = join(directory, "kannel.conf");
    writeFileSync(config, `group = core
admin-port = ${admin}
admin-password = secret
smsbox-port = ${box}
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-level = 1
store-type = file
store-location = ${join(directory, "store", "kannel.store")}

${group.replace("port = 2776", `port = ${port}`)}
group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${http}

group = sendsms-user
username = tester
password = secret
max-messages = 10
concatenation = true

group = sms-service
keyword = default
get-url = "${own}/inbound?text=%a"
max-messages = 0
`);
    for (const [program, port] of [[bearerbox, admin], [smsbox, http]]) {
      const child = spawn(program, [config], { stdio: "ignore", detached: true });
      t.after(() => process.kill(-child.pid, "SIGKILL"));
      await listening(port);
    }
    await until("Kannel's bind", async () => (await (await fetch(`http://127.0.0.1:${admin}/status.txt?password=secret`)).text()).includes("(online"));
    for (let i = 0; i < MESSAGES; i++) {
      const report = encodeURIComponent(`${own}/report?n=${i}&type=%d`);
      const text = encodeURIComponent(`kannel ${i}`);
      const response = await fetch(`http://127.0.0.1:${http}/cgi-bin/sendsms?username=tester&password=secret&from=1&to=4478${100_000 + i}&text=${text}&dlr-mask=3&dlr-url=${report}`);
      assert.equal(response.status, 202);
    }
    await until("the reports", () => reports.length >= MESSAGES, 60_000);
    assert.deepEqual([...new Set(reports.map(([, type]) => type))], ["1"]);
    assert.equal(new Set(reports.map(([n]) => n)).size, MESSAGES);
    assert.equal(reports.length, MESSAGES);
    const counts = atSmsc("kannel");
    assert.equal(counts.size, MESSAGES);
    assert([...counts.values()].every((count) => count === 1));
    await smsc.deliver({ source_addr: "491", destination_addr: "777", short_message: "for Kannel" });
    await until("the inbound message", () => inbound.includes("for Kannel"));
  });
});
