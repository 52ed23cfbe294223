// subject.mjs <port> <what> <steps> <each>: does `what` in a process of its own, and after each step prints what memory and what
// handles the process has.

import { setTimeout as sleep } from "node:timers/promises";
import { connect, weigh } from "../../../benches/support/memory.mjs";

const [port, what, steps, each] = process.argv.slice(2).map((word) => (Number.isNaN(Number(word)) ? word : Number(word)));
const url = `smpp://id:password@127.0.0.1:${port}`;
const WINDOW = 100;
const message = (i) => ({ from: "12345", to: `+1555${i % 10_000_000}`, text: `Message number ${i}`, report: "always" });

/** Pipes are what this process talks through, and the test runner's. */
const handles = () => process.getActiveResourcesInfo().filter((name) => name !== "PipeWrap" && name !== "Immediate").sort();

function sample() {
  console.log(JSON.stringify({ ...weigh(), handles: handles() }));
}

const work = {
  async sendSms() {
    const smpp = await connect(url, { window: WINDOW });
    for (let step = 0; step < steps; step++) {
      let next = 0;
      const caller = async () => {
        while (next < each) await smpp.sendSms(message(next++));
      };
      await Promise.all(Array.from({ length: WINDOW }, caller));
      sample();
    }
    await smpp.close();
  },

  async sendMany() {
    const smpp = await connect(url, { window: WINDOW });
    function* messages() {
      for (let i = 0; i < steps * each; i++) yield message(i);
    }
    const { accepted } = await smpp.sendMany(messages(), {
      onResult(_, index) {
        if ((index + 1) % each === 0) sample();
      },
    });
    if (accepted !== steps * each) throw new Error(`${accepted} were accepted`);
    await smpp.close();
  },

  /** Takes long messages, after it has refused some of them. */
  async inbound() {
    // How often each was taken.
    const taken = new Uint8Array(steps * each);
    let count = 0;
    let chance = 1;
    let end;
    const all = new Promise((resolve) => (end = resolve));
    const smpp = await connect(url, {
      log: () => {},
      onMessage({ text, complete }) {
        if (!complete) throw new Error(`${text} came without its other segments`);
        chance = (chance * 1_103_515_245 + 12_345) % 2_147_483_648;
        if (chance % 10 < 3) throw new Error("not now");
        taken[Number(text.split(" is ")[1])]++;
        if (++count % each === 0) sample();
        if (count === steps * each) end();
      },
    });
    await all;
    await smpp.close();
    const wrong = taken.findIndex((times) => times !== 1);
    if (wrong >= 0) throw new Error(`message ${wrong} was taken ${taken[wrong]} times`);
  },

  async clients() {
    for (let step = 0; step < steps; step++) {
      const all = await Promise.all(Array.from({ length: each }, () => connect(url)));
      await Promise.all(all.map((smpp, i) => smpp.sendSms(message(i))));
      await Promise.all(all.map((smpp) => smpp.close()));
      all.length = 0;
      // A socket is gone some turns after it is closed.
      for (let turn = 0; turn < 100 && handles().length > 0; turn++) await sleep(10);
      // Its buffer takes a second collection, after the turn in which the first one found the socket.
      globalThis.gc();
      await sleep(10);
      sample();
    }
  },
};
await work[what]();
