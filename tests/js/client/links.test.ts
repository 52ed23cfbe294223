// Several sessions as one link, on sessions that do what the test says: whose request is answered where, and what is let go.

import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { test } from "node:test";
import { Links } from "../../../js/client/links.ts";
import type { Link } from "../../../js/engine/link.ts";
import type { EngineMessage, LinkSink } from "../../../js/engine/types.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Two connections that are bound, what they were asked to answer, and what came to the client. */
function linked() {
  const sinks: LinkSink[] = [];
  const answers: [connection: number, request: number, status: number][] = [];
  const requests: number[] = [];
  const withdrawn: number[] = [];
  const ignore = (): void => {};
  const links = new Links(2, false, (_config, sink) => {
    const own = sinks.push(sink) - 1;
    const session: Partial<Link> = { start: ignore, act: () => 0, close: ignore, destroy: ignore, respond: (request, status) => answers.push([own, request, status]) > 0 };
    return session as Link;
  }, { role: "esme", reassemble: false }, {
    state: ignore, bound: ignore, settled: ignore, report: ignore, request: ignore, bindRequest: ignore, log: ignore, closed: ignore,
    message: (_, request) => void requests.push(request), withdrawn: (request) => void withdrawn.push(request),
  }, () => Promise.reject(new Error("never")));
  const [, first] = sinks;
  first!.state("bound", undefined);
  return { links, first: first!, second: sinks[2]!, answers, requests, withdrawn };
}

const MESSAGE = {} as EngineMessage;

test("a request is answered once, on the connection that it came by", () => {
  const { links, first, second, answers, requests } = linked();
  first.message(MESSAGE, 7);
  second.message(MESSAGE, 7);
  assert.equal(new Set(requests).size, 2);
  assert.deepEqual(requests.toReversed().map((request) => links.respond(request, 0)), [true, true]);
  assert.deepEqual(requests.map((request) => links.respond(request, 0x64)), [false, false]);
  assert.deepEqual(answers, [[2, 7, 0], [1, 7, 0]]);
});

test("one that was withdrawn is named by the client's number, and is not answered", () => {
  const { links, first, requests, withdrawn, answers } = linked();
  first.message(MESSAGE, 7);
  first.withdrawn!(7);
  first.withdrawn!(7);
  assert.deepEqual(withdrawn, requests);
  assert.equal(links.respond(requests[0]!, 0), false);
  assert.deepEqual(answers, []);
});

test("of requests that were answered or withdrawn nothing is kept", () => {
  const { links, first, requests, withdrawn, answers } = linked();
  const pass = (from: number): void => {
    for (let request = from; request < from + 50_000; request++) {
      first.message(MESSAGE, request);
      if (request % 2 === 0) links.respond(requests[0]!, 0);
      else first.withdrawn!(request);
      requests.length = withdrawn.length = answers.length = 0;
    }
    collect();
  };
  pass(1);
  const before = process.memoryUsage().heapUsed;
  pass(50_001);
  const kept = process.memoryUsage().heapUsed - before;
  assert.ok(kept < 500_000, `${kept} bytes of 50,000`);
});
