import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { NodeEsme, within } from "./peers.ts";

const program = fileURLToPath(new URL("../../../dist/node/smpp-edge.js", import.meta.url));

interface Run {
  child: ChildProcess;
  output(): string;
  /** Resolves when the output matches. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  exit: Promise<number | null>;
}

function run(...flags: string[]): Run {
  const child = spawn(process.execPath, [program, "simulator", ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let looked: (() => void) | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (piece: string) => {
      output += piece;
      looked?.();
    });
  }
  const matches = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve) => {
      looked = () => {
        const found = pattern.exec(output);
        if (found) resolve(found);
      };
      looked();
    });
  return {
    child,
    output: () => output,
    shows: (pattern) => within(`${pattern} in the output`, matches(pattern)),
    exit: within("the end of the program", new Promise((resolve) => child.once("close", resolve))),
  };
}

describe("the command line", () => {
  test("starts with the default account, shows where, and ends with 0 when it is stopped", async () => {
    const { child, shows, exit } = run("--port", "0");
    const [, url] = await shows(/SMSC simulator on (smpp:\/\/smppclient1:password@127\.0\.0\.1:\d+)\n/);
    const esme = await NodeEsme.bound(url!);
    assert.equal((await esme.submit()).command_status, 0);
    await shows(/submit_sm_resp/);
    child.kill("SIGTERM");
    assert.equal(await exit, 0);
    await within("the end of the connection", esme.closed);
  });

  test("--quiet shows no PDUs; --account, --outcome and --delay are heeded", async () => {
    const { child, shows, exit, output } = run("--port", "0", "--quiet", "--account", "me:mine", "--outcome", "rejected", "--delay", "0");
    const [, port] = await shows(/:(\d+)\n/);
    const esme = new NodeEsme(`smpp://127.0.0.1:${port}`);
    assert.equal((await esme.bind("bind_transceiver", { system_id: "me", password: "mine" })).command_status, 0);
    await esme.submit({ registered_delivery: 1 });
    assert.match(String((await esme.inbound.take()).short_message.message), /stat:REJECTD/);
    child.kill("SIGINT");
    assert.equal(await exit, 0);
    assert.equal(output().trim().split("\n").length, 1);
    esme.destroy();
  });

  test("--control-port takes inbound messages", async () => {
    const { child, shows, exit } = run("--port", "0", "--control-port", "0", "--quiet");
    const [, url] = await shows(/on (smpp:\S+)\n/);
    const [, control] = await shows(/Control on (http:\S+)\n/);
    const esme = await NodeEsme.bound(url!);
    const response = await fetch(`${control}/deliver`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ from: "15551230000", to: "12345", text: "in" }),
    });
    assert.equal(response.status, 202);
    assert.equal((await esme.inbound.take()).short_message.message, "in");
    child.kill("SIGTERM");
    assert.equal(await exit, 0);
    esme.destroy();
  });

  test("--help lists every flag and fault", async () => {
    const { exit, output } = run("--help");
    assert.equal(await exit, 0);
    for (const word of ["--port", "--account", "--fault", "--hex-ids", "--idle", "out-of-order", "early-receipt", "99900"]) {
      assert.ok(output().includes(word), word);
    }
  });

  for (const [flags, message] of [
    [["--prot", "1"], /--prot/],
    [["--port", "70000"], /--port 70000: a number from 0 to 65535 is expected/],
    [["--outcome", "lost"], /--outcome lost: one of .*delivered/],
    [["--account", "nameonly"], /--account nameonly: NAME:WORD is expected/],
    [["--fault", "nonsense"], /--fault nonsense: there is throttle/],
    [["--tls-cert", "x.pem"], /--tls-cert and --tls-key go together/],
  ] as const) {
    test(`${flags.join(" ")} is a mistake, with exit code 2`, async () => {
      const { exit, output } = run(...flags);
      assert.equal(await exit, 2);
      assert.match(output(), message);
      assert.doesNotMatch(output(), /\n\s+at /);
    });
  }

  test("a port in use is said, with exit code 1", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const { exit, output } = run("--port", String(port));
    assert.equal(await exit, 1);
    assert.match(output(), new RegExp(`127\\.0\\.0\\.1:${port} is in use`));
    assert.doesNotMatch(output(), /\n\s+at /);
    server.close();
  });

  test("a certificate that can't be read is said, with exit code 1", async () => {
    const { exit, output } = run("--port", "0", "--tls-cert", "nothing.pem", "--tls-key", "nothing.pem");
    assert.equal(await exit, 1);
    assert.match(output(), /--tls-cert nothing\.pem can't be read/);
  });
});
