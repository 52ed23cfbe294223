// What the gateway's tests share: the gateway in real workerd, in a process of its own that can be killed, and an SMSC
// made of the npm package `smpp`, which knows nothing of this project.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../free-port.ts";

export { freePort };

const smpp = createRequire(import.meta.url)("smpp");
const here = fileURLToPath(new URL(".", import.meta.url));
export const root = join(here, "..", "..", "..");

/** Longest that a test waits for something to happen. */
const PATIENCE = 30_000;
/** Longest that a gateway may take to start, on a machine that others use. */
const STARTED = 120_000;

/** Waits until `probe` gives something other than undefined or false. */
export async function until(what, probe, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`in vain waited for: ${what}`);
    await sleep(20);
  }
}

/** In place of a test's context, for what a suite starts: that ends after all of the suite's tests. */
export function suiteContext() {
  const ended = [];
  after(async () => {
    for (const end of ended.reverse()) await end();
  });
  return { after: (end) => ended.push(end) };
}

/** Waits until somebody listens on a port: workerd does so a moment after it says that it is ready. */
export function listening(port) {
  return until(`somebody to listen on ${port}`, () => new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false)).once("connect", () => socket.destroy());
  }));
}

/** A directory that goes away with the test. */
export function temporary(t) {
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-gateway-"));
  t.after(() => {
    try {
      rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    } catch {
      // A gateway that a failed test left running is ended by a hook that comes after this one.
    }
  });
  return directory;
}

/**
 * Starts the gateway in workerd: `vars` are its variables and secrets, `main` another Worker than the ready one, `storage` where its
 * SQLite is, `queue` binds a Queue that the Worker itself consumes, `port` has applications bind there, `date` is another compatibility date. `config` is the wrangler configuration of another Worker instead.
 * Stopped at the end of the test.
 */
export async function startGateway(t, { vars = {}, main, storage = temporary(t), queue = false, port, date, config } = {}) {
  const ready = join(root, "js", "gateway", port === undefined ? "worker.ts" : "applications.ts");
  const settings = JSON.stringify({ vars, main: main ?? ready, storage, queue, port, date, config });
  const child = spawn(process.execPath, [join(here, "run-gateway.mjs"), settings], { cwd: root, stdio: ["pipe", "pipe", "pipe"], detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const ended = once(child, "exit");
  /** As a crash does it: no word to anybody, neither to workerd. */
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGKILL");
    await ended;
  };
  t.after(kill);
  const url = await until("the gateway's address", () => {
    if (child.exitCode !== null) throw new Error(`the gateway did not start:\n${output}`);
    return /^listening on (\S+)$/m.exec(output)?.[1];
  }, STARTED);
  const gateway = new Gateway(url, {
    output: () => output,
    kill,
    /** Sends a signal to workerd and all that belongs to it. */
    signal: (name) => process.kill(-child.pid, name),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  });
  return gateway;
}

/** The API of a gateway at `url`, however it was started. */
export class Gateway {
  /** @param control how the process is handled: `output()`, `kill()`, `stop()`; and `headers` of each request */
  constructor(url, control) {
    Object.assign(this, { url, ...control });
  }

  /** The answer with its body as JSON or text. */
  async call(method, path, body, headers = {}) {
    const isJson = body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array);
    const init = {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...this.headers, ...headers },
      body: isJson ? JSON.stringify(body) : body,
      signal: AbortSignal.timeout(PATIENCE),
    };
    const response = await fetch(new URL(path, this.url), init);
    const type = response.headers.get("content-type") ?? "";
    const text = await response.text();
    return { status: response.status, headers: response.headers, type, body: /\bjson\b/.test(type) ? JSON.parse(text) : text };
  }
  get(path, headers) {
    return this.call("GET", path, undefined, headers);
  }
  post(path, body, headers) {
    return this.call("POST", path, body, headers);
  }
  delete(path, headers) {
    return this.call("DELETE", path, undefined, headers);
  }

  /** The message once it has the status. */
  async message(id, status, headers) {
    let last;
    return until(`${id} to be ${status}, it is ${JSON.stringify(last)}`, async () => {
      last = (await this.get(`/v1/messages/${id}`, headers)).body;
      return last.status === status && last;
    }).catch((error) => {
      throw new Error(`${error.message}; it is ${JSON.stringify(last)}`);
    });
  }
  /** All messages, page by page. */
  async all() {
    const messages = [];
    let cursor = "";
    do {
      const { body } = await this.get(`/v1/messages?limit=100${cursor && `&cursor=${cursor}`}`);
      messages.push(...body.messages);
      cursor = body.cursor;
    } while (cursor);
    return messages;
  }
  /** Waits until a link is bound. */
  bound() {
    return until("the bind", async () => (await this.get("/healthz")).status === 200);
  }
}

/**
 * An SMSC: the server of the npm package `smpp`. It takes system_id "smppclient1" with "password", answers each submit_sm
 * as `answer(pdu, session)` says (`{ status }` or `{ message_id }`, `after` milliseconds, or "nothing"; by default an id of its own),
 * and reports DELIVRD.
 */
export class Smsc {
  submitted = [];
  sessions = [];
  /** Reports that were acknowledged: `{ id, status }`. */
  acknowledged = [];
  answer = () => ({});
  /** The command_status that refuses every bind. */
  refusal = undefined;
  report = "DELIVRD";
  #next = 1;
  /** All that are connected, bound or not. */
  #connected = new Set();

  static async start(t, port = 0) {
    const smsc = new Smsc();
    await smsc.listen(port);
    t.after(() => smsc.stop());
    return smsc;
  }

  /** Serves on that port, or on any with 0: at the start, and again after {@link stop}. */
  async listen(port) {
    this.server = smpp.createServer((session) => this.#serve(session));
    this.server.on("error", () => {});
    this.server.listen(port, "127.0.0.1");
    await once(this.server, "listening");
    this.port = this.server.address().port;
  }

  get url() {
    return `smpp://smppclient1:password@127.0.0.1:${this.port}`;
  }

  /** As when the SMSC's machine dies: nothing is said. */
  drop() {
    for (const session of this.sessions.splice(0)) session.socket.destroy();
  }

  /** Who is connected, or about to be, is not served any more: an open socket would keep the test's process. */
  async stop() {
    this.server.close();
    this.sessions = [];
    for (const session of this.#connected) session.socket.destroy();
  }

  /** Sends an inbound message or anything else; resolves with the answer. */
  deliver(fields, session = this.sessions.at(-1)) {
    return new Promise((resolve) => session.deliver_sm(fields, resolve));
  }

  deliverReport(id, stat, to, from, session = this.sessions.at(-1)) {
    const text = `id:${id} sub:001 dlvrd:001 submit date:3001010000 done date:3001010001 stat:${stat} err:000 text:`;
    return this.deliver({ esm_class: 4, source_addr: to, destination_addr: from, short_message: { message: Buffer.from(text) } }, session)
      .then((answer) => this.acknowledged.push({ id, status: answer.command_status }));
  }

  #serve(session) {
    session.on("error", () => {});
    if (!this.server.listening) return void session.socket.destroy();
    this.#connected.add(session);
    session.on("close", () => {
      this.#connected.delete(session);
      this.sessions = this.sessions.filter((other) => other !== session);
    });
    session.on("bind_transceiver", (pdu) => {
      const good = pdu.system_id === "smppclient1" && pdu.password === "password";
      const status = this.refusal ?? (good ? 0 : smpp.ESME_RINVPASWD);
      session.send(pdu.response({ command_status: status, system_id: "npm" }));
      if (status === 0) this.sessions.push(session);
    });
    session.on("unbind", (pdu) => session.send(pdu.response()));
    session.on("enquire_link", (pdu) => session.send(pdu.response()));
    session.on("submit_sm", (pdu) => this.#submit(session, pdu));
  }

  #submit(session, pdu) {
    this.submitted.push(pdu);
    const answer = this.answer(pdu, session);
    if (answer === "nothing") return;
    if (answer.after === undefined) this.#respond(session, pdu, answer);
    else setTimeout(() => this.#respond(session, pdu, answer), answer.after);
  }

  #respond(session, pdu, answer) {
    if (answer.status) {
      session.send(pdu.response({ command_status: answer.status }));
      return;
    }
    const id = answer.message_id ?? `npm-${this.#next++}`;
    session.send(pdu.response({ message_id: id }));
    if (this.report && pdu.registered_delivery & 1) {
      const reporter = this.reporter?.(session) ?? session;
      setTimeout(() => this.deliverReport(id, this.report, pdu.destination_addr, pdu.source_addr, reporter), 10);
    }
  }

  /** The text of each submit_sm. */
  texts() {
    return this.submitted.map((pdu) => pdu.short_message.message?.toString() ?? "");
  }
}

/** A webhook's receiver: `answer(request)` gives the status, or it and headers, or "nothing"; 204 by default. `open`: requests without an answer. */
export async function startReceiver(t) {
  const receiver = { requests: [], open: 0, answer: () => 204 };
  const server = createServer(async (request, response) => {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // Who posts was killed meanwhile.
    }
    const got = { headers: request.headers, body: Buffer.concat(chunks).toString() };
    receiver.requests.push(got);
    receiver.open++;
    response.on("close", () => receiver.open--);
    const [status, head] = [receiver.answer(got)].flat();
    if (status !== "nothing") response.writeHead(status, head).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  receiver.url = `http://127.0.0.1:${server.address().port}/hook`;
  return receiver;
}
