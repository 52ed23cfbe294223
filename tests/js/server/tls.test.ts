import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createSimulator } from "smpp-edge/server";
import { NodeEsme, pdu, RawEsme, within } from "../simulator/peers.ts";

/** A certificate of its own making for 127.0.0.1, or undefined where there is no openssl. */
function certificate(): { cert: Buffer; key: Buffer } | undefined {
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-"));
  const [cert, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  try {
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", cert],
      { stdio: "ignore" },
    );
    return { cert: readFileSync(cert), key: readFileSync(key) };
  } catch {
    return undefined;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const tls = certificate();

test("over TLS a message goes out and its receipt comes back", { skip: !tls && "no openssl to make a certificate with" }, async () => {
  await using simulator = await createSimulator({ port: 0, delay: 0, tls: tls! });
  assert.match(simulator.url, /^smpps:/);
  const esme = await NodeEsme.bound(simulator.url.replace("smpps:", "ssmpp:"));
  const { message_id } = await esme.submit({ registered_delivery: 1 });
  assert.equal((await esme.inbound.take())["receipted_message_id"], message_id);
  esme.destroy();
});

test("over TLS a peer that speaks plain SMPP is dropped, and the next is served", { skip: !tls && "no openssl to make a certificate with" }, async () => {
  await using simulator = await createSimulator({ port: 0, tls: tls! });
  const plain = await RawEsme.connected(simulator.port);
  plain.send(pdu("enquire_link"));
  await within("the end of the connection", plain.closed);
  const esme = await NodeEsme.bound(simulator.url.replace("smpps:", "ssmpp:"));
  esme.destroy();
});
