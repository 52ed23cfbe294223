// The client on Node under faults; and what it holds in memory.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { connect } from "smpp-edge";
import { exercise } from "./exercise.ts";
import { faultTests, quick } from "./faults.suite.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

faultTests("Node", (what) => exercise(connect, what));

/** What the program holds after it has tidied up: its objects, and with the memory of the wasm and the sockets' octets. */
function held(): { objects: number; all: number } {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return { objects: heapUsed, all: heapUsed + external };
}

test("Node: 50,000 messages that wait take less than 2 KB each, and give that back", () =>
  quick(async (url) => {
    await using smpp = await connect(url, { window: 1_000, maxQueue: 50_000 });
    const before = held().all;
    const afterwards: number[] = [];
    for (let round = 0; round < 3; round++) {
      const sending = Array.from({ length: 50_000 }, () => smpp.sendSms({ from: "12345", to: "+1234567890", text: "Hello World" }));
      const each = (held().all - before) / sending.length;
      assert(each < 2_048, `${each} octets each`);
      await Promise.all(sending);
      sending.length = 0;
      afterwards.push(held().objects);
    }
    // The first round makes room, for all that follow.
    const [, second, third] = afterwards as [number, number, number];
    assert(third - second < 1_000_000, afterwards.join(", "));
  }));
