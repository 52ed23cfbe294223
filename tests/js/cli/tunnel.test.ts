// The tunnel against a gateway's side made by hand: what it passes on, holds back, refuses, and how it ends. On Node, Deno and Bun.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { createServer as createSecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { after, describe, test, type TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
// @ts-expect-error
import { bun, deno } from "../../../scripts/lib.mjs";
import { selfSigned } from "../client/certificate.ts";
import { until, within } from "../simulator/peers.ts";
import { program, run } from "./program.ts";

const files = mkdtempSync(join(tmpdir(), "smpp-edge-tunnel-"));
after(() => rmSync(files, { recursive: true, force: true }));
const { cert, key } = selfSigned("localhost");
writeFileSync(join(files, "cert.pem"), cert);
writeFileSync(join(files, "key.pem"), key);

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;

/** The gateway's end of one tunnel. */
class End {
  received = Buffer.alloc(0);
  texts: string[] = [];
  pongs = 0;
  closed = false;
  answersClose = true;
  readonly request: IncomingMessage;
  readonly socket: Socket;
  #input = Buffer.alloc(0);

  constructor(request: IncomingMessage, socket: Socket) {
    this.request = request;
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      this.#input = Buffer.concat([this.#input, chunk]);
      while (this.#read());
    });
  }

  send(opcode: number, payload: string | Buffer, isFinal = true): void {
    const bytes = Buffer.from(payload as string);
    const head = bytes.length < 126 ? Buffer.from([0, bytes.length]) : bytes.length < 65_536 ? Buffer.from([0, 126, bytes.length >> 8, bytes.length & 255]) : Buffer.concat([Buffer.from([0, 127]), Buffer.alloc(8)]);
    head[0] = (isFinal ? 0x80 : 0) | opcode;
    if (head.length === 10) head.writeBigUInt64BE(BigInt(bytes.length), 2);
    this.socket.write(Buffer.concat([head, bytes]));
  }

  #read(): boolean {
    const input = this.#input;
    if (input.length < 2) return false;
    const short = input[1]! & 0x7f;
    const at = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (input.length < at) return false;
    const length = short === 126 ? input.readUInt16BE(2) : short === 127 ? Number(input.readBigUInt64BE(2)) : short;
    if (input.length < at + 4 + length) return false;
    assert.equal(input[1]! & 0x80, 0x80, "a client masks its frames");
    const mask = input.subarray(at, at + 4);
    const payload = input.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ mask[i & 3]!);
    this.#input = input.subarray(at + 4 + length);
    const opcode = input[0]! & 0x0f;
    if (opcode === TEXT) this.texts.push(Buffer.from(payload).toString());
    if (opcode === BINARY) this.received = Buffer.concat([this.received, payload]);
    if (opcode === 10) this.pongs++;
    if (opcode === CLOSE) {
      this.closed = true;
      if (this.answersClose) this.send(CLOSE, Buffer.from(payload));
    }
    return true;
  }
}

/** A gateway; `refusal` is a status that each handshake gets instead. */
async function startGateway(t: TestContext, { refusal, secure = false }: { refusal?: number; secure?: boolean } = {}) {
  const ends: End[] = [];
  const server = secure ? createSecureServer({ cert, key }) : createServer();
  server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
    if (refusal !== undefined) {
      const body = JSON.stringify({ type: "x", title: "An API key is needed", status: refusal });
      return void socket.end(`HTTP/1.1 ${refusal} No\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    }
    const accepted = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accepted}\r\nSec-WebSocket-Protocol: ${request.headers["sec-websocket-protocol"]}\r\n\r\n`);
    ends.push(new End(request, socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const { socket } of ends) socket.destroy();
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const end = async (index = 0): Promise<End> => {
    await until("the tunnel's WebSocket", () => ends.length > index);
    return ends[index]!;
  };
  return { url: secure ? `wss://localhost:${port}` : `ws://127.0.0.1:${port}`, ends, end };
}

/** A running tunnel. */
async function startTunnel(t: TestContext, url: string, { flags = [], env = {}, command = [process.execPath] }: { flags?: string[]; env?: NodeJS.ProcessEnv; command?: string[] } = {}) {
  const [file, ...args] = [...command, program, "tunnel", url, "--listen", "0", ...flags];
  const child = spawn(file!, args, { env: { ...process.env, SMPP_TUNNEL_TOKEN: "a-token-0123456789", ...env }, stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  // Deno and Bun compile the program the first time.
  for (let tries = 0; tries < 3 && !/^listening on /m.test(output) && child.exitCode === null; tries++) await until("the tunnel to listen", () => /^listening on /m.test(output) || child.exitCode !== null).catch(() => {});
  const port = Number(/^listening on \S+:(\d+) /m.exec(output)?.[1] ?? assert.fail(output));
  return { child, port, output: () => output, exit };
}

/** A program that connects. */
function client(t: TestContext, port: number) {
  const socket = connect({ port, host: "127.0.0.1" });
  t.after(() => socket.destroy());
  const got = { socket, received: Buffer.alloc(0), ended: false, closed: false };
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => (got.received = Buffer.concat([got.received, chunk])));
  socket.on("end", () => (got.ended = true));
  socket.on("close", () => (got.closed = true));
  return got;
}

const runtimes: [string, string[] | undefined][] = [
  ["node", [process.execPath]],
  ["deno", deno() === undefined ? undefined : [deno()!, "run", "--allow-all"]],
  ["bun", bun() === undefined ? undefined : [bun()!]],
];
for (const [runtime, command] of runtimes) {
  describe(runtime, { skip: command === undefined && `there is no ${runtime}` }, () => {
    test("passes bytes on in both directions, and the end of each side", async (t) => {
      const gateway = await startGateway(t);
      const tunnel = await startTunnel(t, gateway.url, { command: command! });
      const application = client(t, tunnel.port);
      application.socket.write("one");
      const end = await gateway.end();
      assert.deepEqual([end.request.url, end.request.headers.authorization, end.request.headers["sec-websocket-protocol"]], ["/v1/tunnel", "Bearer a-token-0123456789", "smpp-edge.tunnel"]);
      end.send(BINARY, "un", false);
      end.send(PING, "still there?");
      end.send(0, Buffer.alloc(70_000, "x"));
      end.send(BINARY, "deux");
      await until("both", () => end.received.length === 3 && application.received.length === 70_006 && end.pongs === 1);
      assert.equal(application.received.toString(), `un${"x".repeat(70_000)}deux`);
      end.answersClose = false;
      application.socket.end("two");
      await until("the end", () => end.closed);
      assert.equal(end.received.toString(), "onetwo");
      end.send(BINARY, "the answer");
      end.send(CLOSE, Buffer.from([3, 232]));
      await until("the answer", () => application.closed);
      assert.match(application.received.toString(), /the answer$/);

      const other = client(t, tunnel.port);
      (await gateway.end(1)).send(CLOSE, Buffer.from([3, 232]));
      await until("the other's end", () => other.ended);
      await until("the lines", () => tunnel.output().match(/ closed/g)?.length === 2);
      assert.match(tunnel.output(), /^127\.0\.0\.1:\d+ closed, 6 bytes sent, 70016 received$/m);
    });

    test("holds an application back that sends more than the gateway passes on, and the gateway an application that does not read", async (t) => {
      const gateway = await startGateway(t);
      const tunnel = await startTunnel(t, gateway.url, { command: command! });
      const application = client(t, tunnel.port);
      const all = Buffer.alloc(4_000_000, "0123456789");
      application.socket.write(all);
      const end = await gateway.end();
      await until("a full window", () => end.received.length >= 262_144);
      let reported = 0;
      while (end.received.length < all.length) {
        const before = end.received.length;
        // A window, and what Bun reads at a time.
        assert(before - reported < 1_048_576, `${before - reported} bytes are without a report`);
        end.send(TEXT, String(before - reported));
        reported = before;
        await until("more", () => end.received.length > before);
      }
      assert(end.received.equals(all));

      application.socket.pause();
      for (let i = 0; i < 32; i++) end.send(BINARY, Buffer.alloc(100_000, "y"));
      application.socket.resume();
      const sum = () => end.texts.reduce((total, report) => total + Number(report), 0);
      await until("all of it", () => application.received.length === 3_200_000 && sum() > 3_200_000 - 65_536);
      application.socket.destroy();
      await until("the end", () => end.closed);
    });

    test("ends at a signal: nothing new, connections closed, exit code 0", async (t) => {
      const gateway = await startGateway(t);
      const tunnel = await startTunnel(t, gateway.url, { command: command! });
      const application = client(t, tunnel.port);
      application.socket.write("one");
      const end = await gateway.end();
      await until("it", () => end.received.length === 3);
      tunnel.child.kill("SIGTERM");
      assert.equal(await within("the tunnel's end", tunnel.exit), 0);
      assert(end.closed);
      await until("the application's end", () => application.ended);
      const late = client(t, tunnel.port);
      await until("the refusal", () => late.closed);
    });
  });
}

test("closes a connection that has no gateway, says why, and serves the next one", async (t) => {
  for (const [refusal, word] of [[401, /refuses the tunnel: An API key is needed \(HTTP status 401\); SMPP_TUNNEL_TOKEN has to be/], [302, /refuses the tunnel: .*HTTP status 302/]] as const) {
    const gateway = await startGateway(t, { refusal });
    const tunnel = await startTunnel(t, gateway.url);
    for (let i = 1; i <= 2; i++) {
      const application = client(t, tunnel.port);
      await until("its end", () => application.closed);
      await until("the line", () => tunnel.output().match(new RegExp(word, "g"))?.length === i);
    }
  }
  const tunnel = await startTunnel(t, "ws://127.0.0.1:1");
  const application = client(t, tunnel.port);
  await until("its end", () => application.closed);
  await until("the line", () => /127\.0\.0\.1:1 can't be reached: .*ECONNREFUSED/.test(tunnel.output()));
});

test("a gateway that breaks off, or the protocol, ends the connection", async (t) => {
  const gateway = await startGateway(t);
  const tunnel = await startTunnel(t, gateway.url);
  for (const [i, act] of ([
    (end) => end.socket.destroy(),
    (end) => end.send(TEXT, "1"),
    (end) => end.send(TEXT, "hello"),
    (end) => end.send(3, "no such frame"),
  ] satisfies ((end: End) => void)[] as ((end: End) => void)[]).entries()) {
    const application = client(t, tunnel.port);
    act(await gateway.end(i));
    await until("its end", () => application.ended);
  }
});

test("takes TLS from applications, speaks it with the gateway, and reads its token from a file", async (t) => {
  const gateway = await startGateway(t, { secure: true });
  const pem = join(files, "cert.pem");
  writeFileSync(join(files, "token"), "from-a-file-0123\n");
  const tunnel = await startTunnel(t, `${gateway.url}/sms/tunnel?a=1`, { flags: ["--ca", pem, "--cert", pem, "--key", join(files, "key.pem"), "--token-file", join(files, "token"), "--max", "1", "--quiet"] });
  assert.match(tunnel.output(), /listening on smpps:/);
  const socket = connectTls({ port: tunnel.port, host: "127.0.0.1", ca: cert, servername: "localhost" });
  socket.write("secret");
  const end = await gateway.end();
  await until("it", () => end.received.toString() === "secret");
  assert.deepEqual([end.request.url, end.request.headers.authorization], ["/sms/tunnel?a=1", "Bearer from-a-file-0123"]);
  const second = client(t, tunnel.port);
  await until("its end", () => second.closed);
  assert.match(tunnel.output(), /refused: 1 connections are open/);
  socket.destroy();
  // What has not begun its handshake counts.
  await until("its end", () => end.closed);
  let [silent, third] = [client(t, tunnel.port), client(t, tunnel.port)];
  await until("the place of the first, and the refusal of the third", () => {
    // The tunnel may learn later than the gateway that the first is gone.
    if (silent.closed) [silent, third] = [third, client(t, tunnel.port)];
    return third.closed && !silent.closed;
  });
  const strangers = await startTunnel(t, gateway.url);
  const application = client(t, strangers.port);
  await until("its end", () => application.closed);
  await until("the line", () => /can't be reached: .*self.signed/.test(strangers.output()));
});

test("wrong flags are exit code 2, a port that can't be had 1", async (t) => {
  for (const [args, message] of [
    [[], /expected one URL of a gateway/],
    [["https://gateway.example"], /expected one URL of a gateway/],
    [["wss://a.example", "wss://b.example"], /expected one URL/],
    [["wss://a.example", "--listen", "host"], /--listen host: expected \[HOST:\]PORT/],
    [["wss://a.example", "--listen", "70000"], /--listen 70000/],
    [["wss://a.example", "--cert", "x"], /--cert and --key go together/],
    [["wss://a.example", "--max", "0"], /--max 0: at least 1 is expected/],
    [["wss://user@a.example"], /no user name and password/],
    [["wss://:secret@a.example"], /^(?!.*secret@).*no user name and password/],
    [["ws://a.example", "--ca", "x"], /--ca needs a wss:\/\/ URL/],
  ] as const) {
    const { code, err } = await run(["tunnel", ...args]);
    assert.deepEqual([code, message.test(err)], [2, true], err);
  }
  const empty = await run(["tunnel", "wss://a.example"], { env: { SMPP_TUNNEL_TOKEN: "a b" } });
  assert.equal(empty.code, 2);
  const gateway = await startGateway(t);
  const tunnel = await startTunnel(t, gateway.url);
  const second = await run(["tunnel", gateway.url, "--listen", `127.0.0.1:${tunnel.port}`]);
  assert.equal(second.code, 1);
  assert.match(second.err, /^tunnel: --listen 127\.0\.0\.1:\d+: .*EADDRINUSE/);
});
