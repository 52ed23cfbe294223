// Streams of server-sent events: how many there are, and what becomes of those that nobody reads.

import assert from "node:assert/strict";
import test from "node:test";
import { Events } from "../../../js/gateway/link/events.ts";
import { Smsc, startGateway } from "./support.mjs";

const STREAMS = 32;
const BEHIND = 131_072;
const kilobyte = "x".repeat(1000);

/** Reads what comes: `text` grows; `ended` once the stream broke off. */
function follow(stream) {
  const state = { text: "", ended: false };
  (async () => {
    for await (const octets of stream) state.text += new TextDecoder().decode(octets);
  })().catch(() => {
    state.ended = true;
  });
  return state;
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a link has a bounded number of streams: a further one takes the place of who is furthest behind, or of the oldest", async () => {
  const events = new Events();
  const streams = Array.from({ length: STREAMS }, () => events.stream(undefined));
  const all = streams.map(follow);
  await turn();
  events.publish("message", 1, {});
  const behind = events.stream(1, Array.from({ length: 9 }, (_, n) => ({ at: n, data: kilobyte })));
  assert.deepEqual(events.streams, { open: STREAMS, dropped: 1 });
  await turn();
  assert.deepEqual(all.map(({ ended }) => ended), all.map((_, i) => i === 0));
  const last = events.stream(undefined);
  await assert.rejects(behind.getReader().read(), /not read/);
  await last.cancel();
  assert.deepEqual(events.streams, { open: STREAMS - 1, dropped: 2 });
});

test("streams that nobody reads break off when too much waits for them, and hold nothing any more", async () => {
  const events = new Events();
  const deaf = Array.from({ length: STREAMS - 1 }, () => events.stream(undefined));
  const listening = follow(events.stream(undefined));
  for (let n = 0; n < 300; n++) {
    events.publish("message", n, { n, kilobyte });
    if (n === 100) assert.equal(events.streams.open, STREAMS, "what is behind a little stays");
    await turn();
  }
  assert.deepEqual(events.streams, { open: 1, dropped: STREAMS - 1 });
  assert.deepEqual([...listening.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)), Array.from({ length: 300 }, (_, n) => n));
  const late = deaf.map(follow);
  await turn();
  assert.ok(late.every(({ text, ended }) => text === "" && ended));
});

test("a stream that starts with more than may wait is not broken off for it, but for what comes after", async () => {
  const events = new Events();
  const pdus = Array.from({ length: 300 }, (_, n) => ({ at: n, data: { n, kilobyte } }));
  const reader = events.stream(undefined, pdus).getReader();
  events.publish("message", 1, {});
  assert.equal(events.streams.open, 1);
  for (let octets = 0; octets < BEHIND + 2000; octets += 1000) events.publish("message", 2, { kilobyte });
  assert.deepEqual(events.streams, { open: 0, dropped: 1 });
  await assert.rejects(reader.read(), /not read/);
});

test("a stream that comes back gets what happened since, that very time included", async () => {
  const events = new Events();
  for (const at of [4, 5, 5, 6]) events.publish("message", at, {});
  const again = follow(events.stream(5));
  await turn();
  assert.deepEqual([...again.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)), [5, 5, 6]);
});

test("a stream that does not come back starts with nothing from before, one that does with a bounded number of events", async () => {
  const events = new Events();
  for (let n = 0; n < 5_000; n++) events.publish("message", n, {});
  const [fresh, back] = [follow(events.stream(undefined)), follow(events.stream(0))];
  await turn();
  const ids = [...back.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  assert.equal(fresh.text, ":\n\n");
  assert.ok(ids.length >= 500 && ids.length <= 1_000 && ids.at(-1) === 4_999, `${ids.length}`);
});

test("PDUs are skipped for who is behind, other events are not", async () => {
  const events = new Events();
  const stream = events.stream(undefined, []);
  for (let n = 0; n < 120; n++) events.publishPdu(n, () => ({ n, kilobyte }));
  events.publish("message", 1, { last: true });
  const reader = follow(stream);
  await turn();
  const { text } = reader;
  const pdus = text.match(/event: pdu/g).length;
  assert.ok(pdus > 40 && pdus < 80, `${pdus}`);
  assert.match(text, /"last":true/);
});

test("200 streams that are not read hold up neither the messages nor the next who asks", async (t) => {
  const smsc = await Smsc.start(t);
  const gateway = await startGateway(t, { vars: { SMPP_URL: smsc.url, SMPP_LINKS: "2" } });
  await gateway.bound();
  const stop = new AbortController();
  t.after(() => stop.abort());
  const streams = await Promise.all(Array.from({ length: 200 }, () => fetch(new URL("/v1/events", gateway.url), { signal: stop.signal })));
  assert.ok(streams.every(({ status }) => status === 200));
  assert.match((await gateway.get("/metrics")).body, /smpp_event_streams\{account="main",link="1"\} 32\n[^]*smpp_event_streams_dropped_total\{account="main",link="1"\} 168\n/);
  const sent = await gateway.post("/v1/messages", Array.from({ length: 100 }, (_, n) => ({ from: "12345", to: `+49151${n}`, text: "Hello" })));
  for (const { id } of sent.body) await gateway.message(id, "delivered");
  const last = await fetch(new URL("/v1/events", gateway.url), { signal: stop.signal });
  await smsc.deliver({ source_addr: "4915112345", destination_addr: "12345", short_message: "Good day" });
  let text = "";
  for await (const piece of last.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("Good day")) break;
  }
});
