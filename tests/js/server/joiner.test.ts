// What joins the segments that an account submits: which belong together, how long they wait, and what was taken in the meantime.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { init } from "../../../js/engine/init.ts";
import type { Address, EngineMessage } from "../../../js/engine/types.ts";
import { Joiner } from "../../../js/server/joiner.ts";
import { pdu } from "../simulator/peers.ts";

await init();

interface Part {
  part: number;
  total?: number;
  reference?: number;
  from?: Partial<Address>;
  to?: Partial<Address>;
}

/** A segment with one letter: that of its place. */
function segment({ part, total = 2, reference = 7, from, to }: Part): EngineMessage {
  const [source, destination] = [{ ton: 1, npi: 1, addr: "1", ...from }, { ton: 1, npi: 1, addr: "2", ...to }];
  const frame = pdu("submit_sm", {
    source_addr_ton: source.ton, source_addr_npi: source.npi, source_addr: source.addr,
    dest_addr_ton: destination.ton, dest_addr_npi: destination.npi, destination_addr: destination.addr,
    esm_class: 0x40, short_message: { udh: Buffer.from([5, 0, 3, reference, total, part]), message: Buffer.from([0x40 + part]) },
  });
  return { from: source, to: destination, concat: { reference, total, part }, frames: [new Uint8Array(frame)] } as Partial<EngineMessage> as EngineMessage;
}

function joining(timeout?: number) {
  const incomplete: [text: string | undefined, ids: number][] = [];
  const joiner = new Joiner({ role: "smsc" }, timeout, ({ text }, ids) => void incomplete.push([text, ids.length]));
  return { joiner, incomplete, add: (part: Part) => joiner.add(segment(part)) };
}

const textOf = (added: ReturnType<Joiner["add"]>): string | undefined => ("message" in added ? added.message.text : undefined);

for (const [what, other] of [
  ["type of number of the sender", { from: { ton: 2 } }],
  ["plan of the sender", { from: { npi: 2 } }],
  ["sender", { from: { addr: "3" } }],
  ["type of number of the recipient", { to: { ton: 2 } }],
  ["plan of the recipient", { to: { npi: 2 } }],
  ["recipient", { to: { addr: "3" } }],
  ["number of segments", { total: 3 }],
  ["reference", { reference: 8 }],
] as const) {
  test(`segments with another ${what} are another message's`, () => {
    const { joiner, add } = joining();
    add({ part: 1 });
    assert.ok("messageId" in add({ part: 2, ...other }));
    assert.equal(textOf(add({ part: 2 })), "AB");
    joiner.close();
    const turned = joining();
    turned.add({ part: 1, ...other });
    assert.ok("messageId" in turned.add({ part: 2 }));
    turned.joiner.close();
  });
}

function mocked(t: TestContext): (millis: number) => void {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  return (millis) => t.mock.timers.tick(millis);
}

test("segments wait for five minutes from the first one", (t) => {
  const tick = mocked(t);
  const { incomplete, add } = joining();
  add({ part: 1, total: 3 });
  tick(200_000);
  add({ part: 2, total: 3 });
  tick(99_999);
  assert.deepEqual(incomplete, []);
  tick(1);
  assert.deepEqual(incomplete, [["AB", 2]]);
});

test("with a time of 0 they wait as long as there is room, and with a long one no less than that", (t) => {
  for (const timeout of [0, 2 ** 31]) {
    const tick = mocked(t);
    const { joiner, incomplete, add } = joining(timeout);
    add({ part: 1 });
    tick(86_400_000);
    assert.equal(textOf(add({ part: 2 })), "AB");
    add({ part: 1, reference: 9 });
    joiner.close();
    assert.deepEqual(incomplete, [["A", 1]]);
    t.mock.timers.reset();
  }
});

test("what was handed on once is not handed on at the end of its time, too", (t) => {
  const tick = mocked(t);
  const { joiner, incomplete, add } = joining(1_000);
  add({ part: 1 });
  joiner.close();
  tick(1_000);
  assert.deepEqual(incomplete, [["A", 1]]);
});

test("a timer that waits for segments keeps no process alive", () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  const { joiner, add } = joining();
  add({ part: 1 });
  assert.equal(timers(), before);
  joiner.close();
});

test("a message that was taken after its time touches none that began with the same reference since", (t) => {
  const tick = mocked(t);
  const { joiner, incomplete, add } = joining(1_000);
  add({ part: 1 });
  const whole = add({ part: 2 });
  tick(1_000);
  add({ part: 1 });
  assert.ok("taken" in whole);
  whole.taken();
  assert.equal(textOf(add({ part: 2 })), "AB");
  joiner.close();
  assert.deepEqual(incomplete, []);
});

test("one that was taken in time is not given up at its end, and its reference is free", (t) => {
  const tick = mocked(t);
  const { incomplete, add } = joining(1_000);
  add({ part: 1 });
  const whole = add({ part: 2 });
  assert.ok("taken" in whole);
  whole.taken();
  tick(500);
  add({ part: 1 });
  tick(999);
  assert.deepEqual(incomplete, []);
  tick(1);
  assert.deepEqual(incomplete, [["A", 1]]);
});
