// What the client's tests share: its modules straight from the source, and a link that does what the test says.

import { build } from "esbuild";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** The module and the loader find the wasm relative to the built file. */
const built = pathToFileURL(join(root, "dist", "node", "x.js"));

/** Bundles one source file for Node and imports it. */
export async function importSource(path) {
  const directory = mkdtempSync(join(tmpdir(), "smpp-edge-"));
  try {
    const outfile = join(directory, "module.mjs");
    await build({
      absWorkingDir: root,
      entryPoints: [path],
      outfile,
      bundle: true,
      format: "esm",
      target: "es2022",
      platform: "node",
      conditions: ["node"],
      define: { "import.meta.url": JSON.stringify(built.href) },
      logLevel: "warning",
    });
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** How the engine says that a request ended. */
export const outcome = { response: 0, timeout: 1, lost: 2, closed: 3, cancelled: 4, cancelledOnWire: 5, expired: 6, mismatch: 7 };

/** Stands in for the engine: notes what it is asked to do, and tells the client what the test wants told. */
export class FakeLink {
  sent = [];
  requests = [];
  answers = [];
  cancelled = [];
  destroyed = false;
  closing = false;
  /** Segments that the next message is split into. */
  segments = 1;
  /** Thrown by the next sendSms. */
  refuse = undefined;

  constructor(config, sink, open) {
    Object.assign(this, { config, sink, open });
  }
  start() {
    this.started = true;
    this.onStart?.(this);
  }
  sendSms(ticket, sms) {
    if (this.refuse) throw this.refuse;
    this.sent.push({ ticket, sms: structuredClone(sms) });
    return { segments: this.segments, encoding: "gsm7" };
  }
  request(ticket, pdu) {
    this.requests.push({ ticket, pdu });
  }
  respond(request, status) {
    this.answers.push([request, status]);
    return true;
  }
  cancel(tickets) {
    this.cancelled.push(...tickets);
  }
  close() {
    this.closing = true;
    this.end();
  }
  destroy() {
    this.destroyed = true;
    this.end();
  }
  stats() {
    return { state: "bound", sent: this.sent.length };
  }

  bind() {
    this.sink.state("bound", undefined);
    this.sink.bound({ systemId: "SMSC", version: 0x34 });
  }
  /** The session is over. */
  end(detail = { kind: "closed", message: "closed" }) {
    if (this.ended) return;
    this.ended = true;
    this.sink.state("closed", detail);
    this.sink.closed(detail);
  }
  accept(ticket, messageId, index = 0) {
    this.settle(ticket, outcome.response, 0, messageId, index);
  }
  settle(ticket, how, status = 0, messageId = "", index = 0) {
    this.sink.settled(ticket, index, how, status, messageId, messageId, undefined);
  }
  report(messageId, status, request, { final = true } = {}) {
    const report = {
      messageId, rawMessageId: messageId, status, final, errorCode: "000", submittedAt: undefined, doneAt: undefined, submitted: 1, delivered: 1,
      text: "", from: { ton: 1, npi: 1, addr: "1" }, to: { ton: 0, npi: 0, addr: "2" }, networkError: undefined, raw: new Uint8Array(), pdu: new Uint8Array(),
    };
    this.sink.report(report, request, messageId);
  }
  message(text, request, more = {}) {
    this.sink.message({ from: { ton: 1, npi: 1, addr: "1" }, to: { ton: 0, npi: 0, addr: "2" }, text, frames: [], segments: 1, complete: true, missing: [], ...more }, request);
  }
}

/** Lets all that is due in this turn happen. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Waits for what takes a timer or several turns. Returns after 10 s at the latest, so that the assertion that follows shows what is. */
export async function turnsUntil(holds) {
  for (const end = Date.now() + 10_000; !holds() && Date.now() < end; ) await turn();
}

/** What became of a promise by now. */
export async function stateOf(promise) {
  let state = "pending";
  promise.then((value) => (state = { value }), (error) => (state = { error }));
  await turn();
  return state;
}
