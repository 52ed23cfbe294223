// For SECONDS (default 10) one client sends at full rate over links that are cut every few seconds, anywhere in the stream; each
// tenth message asks for a report. In the end everything adds up, message by message. `npm run soak` takes five minutes.

import assert from "node:assert/strict";
import { connect as connectSocket, createServer, type AddressInfo, type Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "smpp-edge";
import { listen, type Session } from "smpp-edge/server";
import { until } from "../simulator/peers.ts";

const SECONDS = Number(process.env["SECONDS"] ?? 10);
/** Milliseconds between two cuts. */
const CUTS = SECONDS > 60 ? [2_000, 5_000] as const : [500, 1_500] as const;
const REPORTED = 10;

const between = ([least, most]: readonly [number, number]): number => least + Math.random() * (most - least);

/** How often something happened to each message, by its number. */
class Counts {
  #counts = new Uint8Array(1 << 16);

  add(number: number): void {
    if (number >= this.#counts.length) {
      const more = new Uint8Array(this.#counts.length * 2);
      more.set(this.#counts);
      this.#counts = more;
    }
    this.#counts[number] = this.of(number) + 1;
  }

  of(number: number): number {
    return this.#counts[number] ?? 0;
  }
}

/** An SMSC that counts what it takes, and sends each receipt until it is acknowledged. */
async function startSmsc() {
  const taken = new Counts();
  const receipts = new Set<number>();
  let receiptsSent = 0;
  const report = async (number: number, session: Session): Promise<void> => {
    receiptsSent++;
    const address = { ton: 1, npi: 1, addr: "1234567890" };
    await session.report({ messageId: `${number}`, status: "delivered", from: address, to: address }).then(() => receipts.delete(number), () => undefined);
  };
  const server = await listen({
    port: 0,
    window: 100,
    maxUnacknowledged: 200,
    authenticate: () => true,
    onSubmit({ text, registeredDelivery }, session) {
      const number = Number(text);
      taken.add(number);
      if (registeredDelivery !== 0) {
        receipts.add(number);
        void report(number, session);
      }
      return { messageId: `${number}` };
    },
    onSession(session) {
      // Those of the sessions before.
      for (const number of receipts) void report(number, session);
    },
  });
  return { server, taken, receipts, receiptsSent: () => receiptsSent };
}

/** A network that drops its connections now and then: some octets of what is on its way still pass, each way. */
async function network(port: number) {
  const sockets = new Set<Socket>();
  let [cutting, cuts] = [false, 0];
  const server = createServer((near) => {
    const far = connectSocket(port, "127.0.0.1");
    const pass = (from: Socket, to: Socket): void => {
      sockets.add(from.setNoDelay(true));
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on("data", (chunk: Buffer) => {
        if (!cutting) {
          if (!to.write(chunk)) from.pause();
          return;
        }
        cutting = false;
        cuts++;
        to.end(chunk.subarray(0, Math.random() * chunk.length));
        from.destroy();
      });
      to.on("drain", () => from.resume());
    };
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => (cutting = true),
    cuts: () => cuts,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test(`${SECONDS} s at full rate, with a link lost each few seconds, add up to the last message`, async () => {
  const smsc = await startSmsc();
  const wire = await network(smsc.server.port);
  const reported = new Counts();
  const smpp = await connect(`smpp://id:secret@127.0.0.1:${wire.port}`, {
    window: 100,
    reconnect: { min: 10, max: 100 },
    enquireLink: 1_000,
    onReport: ({ messageId }) => void reported.add(Number(messageId)),
  });

  const time = AbortSignal.timeout(SECONDS * 1_000);
  const cutting = (async () => {
    while (!time.aborted) {
      await sleep(between(CUTS));
      wire.cut();
    }
  })();
  const outcomes: ("accepted" | "unknown" | "not-sent" | "rejected")[] = [];
  function* messages() {
    for (let number = 0; !time.aborted; number++) {
      const report: "always" | "none" = number % REPORTED === 0 ? "always" : "none";
      yield { from: "12345", to: "+1234567890", text: `${number}`, report };
    }
  }
  const summary = await smpp.sendMany(messages(), {
    onResult({ sent, error }, index) {
      assert.equal(index, outcomes.length);
      outcomes.push(sent === undefined ? (error as { outcome: "unknown" }).outcome : "accepted");
    },
  });
  await cutting;
  await until("the last receipts", () => smsc.receipts.size === 0);
  const stats = smpp.stats();
  await smpp.close();
  await smsc.server.close();
  wire.close();

  const total = outcomes.length;
  const tally = (outcome: string): number => outcomes.filter((each) => each === outcome).length;
  const [accepted, unknown] = [tally("accepted"), tally("unknown")];
  let [unknownTaken, reports, repeated] = [0, 0, 0];
  for (const [number, outcome] of outcomes.entries()) {
    const taken = smsc.taken.of(number);
    if (outcome === "accepted") assert.equal(taken, 1, `message ${number} was accepted, and taken ${taken} times`);
    else assert(taken <= 1, `message ${number} was taken ${taken} times`);
    if (outcome === "unknown") unknownTaken += taken;
    const [asked, came] = [number % REPORTED === 0 && taken === 1, reported.of(number)];
    assert.equal(came > 0, asked, `message ${number} was reported ${came} times`);
    reports += Number(asked);
    repeated += Math.max(0, came - 1);
  }
  console.log(JSON.stringify({ total, accepted, unknown, unknownTaken, cuts: wire.cuts(), binds: stats.binds, reports, repeated, receiptsSent: smsc.receiptsSent() }));
  assert.deepEqual(summary, { accepted, partial: 0, failed: unknown, rejected: 0, unknown, notSent: 0 });
  assert.equal(accepted + unknown, total);
  assert.deepEqual([stats.submitted, stats.responses, stats.lost, stats.timeouts, stats.unmatched], [total, accepted, unknown, 0, 0]);
  assert(wire.cuts() >= SECONDS / 10, `${wire.cuts()} cuts`);
  // Some cuts come before a bind, or after the last message.
  assert(stats.binds > wire.cuts() / 2, `${stats.binds} binds, ${wire.cuts()} cuts`);
  assert(unknown <= 100 * wire.cuts(), `${unknown} in ${wire.cuts()} cuts`);
});
