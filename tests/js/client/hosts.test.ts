// A host name with several addresses, some of them dead, on Node: the name is resolved by a lookup of the test's own.

import assert from "node:assert/strict";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import tls from "node:tls";
import { test } from "node:test";
import { connect, type SmppError } from "smpp-edge";
import { answer, ScriptedSmsc } from "./smsc.ts";
import { selfSigned } from "./certificate.ts";
import { createSimulator } from "smpp-edge/server";

const HOST = "smsc.example";
/** Nothing listens at these: the whole 127.0.0.0/8 is this machine. */
const DEAD = ["127.0.0.2", "127.0.0.3"];

type Looked = (error: Error | null, addresses: { address: string; family: number }[]) => void;

/** Has HOST resolve to `addresses` while `use` runs. */
async function resolving(addresses: string[], use: () => Promise<void>): Promise<void> {
  const { lookup } = dns;
  const found = addresses.map((address) => ({ address, family: net.isIP(address) }));
  dns.lookup = ((host: string, _options: unknown, looked: Looked) => {
    assert.equal(host, HOST);
    setImmediate(looked, null, found);
  }) as unknown as typeof dns.lookup;
  try {
    await use();
  } finally {
    dns.lookup = lookup;
  }
}

const smsc = (): Promise<ScriptedSmsc> => ScriptedSmsc.listen((request, line) => request.command === "unbind" && answer(line, request));
const options = { reconnect: false, systemId: "id", password: "secret", bindTimeout: 60_000 };

for (const [name, addresses] of [
  ["the second is dead", ["127.0.0.1", ...DEAD]],
  ["the first is dead", [DEAD[0] as string, "127.0.0.1"]],
  ["the first of IPv6 is dead", ["::1", "127.0.0.1"]],
] as const) {
  test(`${name}: the client binds at the other one`, async () => {
    await using peer = await smsc();
    await resolving([...addresses], async () => {
      const smpp = await connect(`smpp://${HOST}:${peer.port}`, options);
      assert.equal(smpp.peer.systemId, "scripted");
      await smpp.close();
    });
    assert.equal(peer.lines.length, 1);
  });
}

test("all are dead: each address has its reason", async () => {
  const peer = await smsc();
  const { port } = peer;
  await peer[Symbol.asyncDispose]();
  await resolving(["127.0.0.1", ...DEAD], () =>
    assert.rejects(connect(`smpp://${HOST}:${port}`, options), (error: SmppError) => {
      assert.equal(error.code, "connection-failed");
      assert.match(error.message, new RegExp(`^smsc\\.example:${port} after \\d+ ms: `));
      for (const address of ["127.0.0.1", ...DEAD]) {
        assert.match(error.message, new RegExp(`(: |; )${address.replaceAll(".", "\\.")}: \\S.*\\(connect E[A-Z]+ ${address.replaceAll(".", "\\.")}:${port}`));
      }
      return true;
    }));
});

test("over TLS the dead address is passed over too", async () => {
  const { cert, key } = selfSigned(HOST);
  await using simulator = await createSimulator({ port: 0, tls: { cert, key } });
  const { port } = new URL(simulator.url);
  await resolving([DEAD[0] as string, "127.0.0.1"], async () => {
    const smpp = await connect(simulator.url.replace(/@.*$/, `@${HOST}:${port}`), { reconnect: false, tls: { ca: cert }, bindTimeout: 60_000 });
    assert.equal(smpp.stats().state, "bound");
    await smpp.close();
  });
});

test("an address has the time of a far host's round trip, not Node's 250 ms", async () => {
  const given: unknown[] = [];
  const originals = { plain: net.connect, secure: tls.connect };
  const spy = (original: (...all: never[]) => unknown) => (settings: { autoSelectFamilyAttemptTimeout?: number }, ...others: never[]): unknown => {
    given.push(settings.autoSelectFamilyAttemptTimeout);
    return original(settings as never, ...others);
  };
  net.connect = spy(originals.plain as never) as unknown as typeof net.connect;
  tls.connect = spy(originals.secure as never) as unknown as typeof tls.connect;
  syncBuiltinESMExports();
  try {
    for (const scheme of ["smpp", "smpps"]) await assert.rejects(connect(`${scheme}://127.0.0.1:1`, options));
  } finally {
    net.connect = originals.plain;
    tls.connect = originals.secure;
    syncBuiltinESMExports();
  }
  assert.deepEqual(given, [2_500, 2_500]);
});
