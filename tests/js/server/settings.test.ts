// What each setting of a session does to it, as its ESME sees it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Status, listen, type ListenOptions, type Session } from "smpp-edge/server";
import { pdu, RawEsme, until, within, type NodePdu } from "../simulator/peers.ts";

const HELLO = { from: "12345", to: "15551230000", text: "Hello" };

/** A server with these settings, an ESME that answers nothing of itself, and its session. */
async function serving(options: Partial<ListenOptions>, use: (esme: RawEsme, session: Session) => Promise<void>): Promise<void> {
  await using server = await listen({ port: 0, authenticate: () => true, onSubmit: () => ({ messageId: "m" }), unbindTimeout: 1, ...options });
  using esme = await RawEsme.bound(server.port);
  await until("the session", () => server.sessions.size === 1);
  await use(esme, [...server.sessions][0]!);
}

const statuses = async (esme: RawEsme, count: number): Promise<number[]> => {
  const answers: NodePdu[] = [];
  while (answers.length < count) answers.push(await esme.next());
  return answers.toSorted((a, b) => a.sequence_number - b.sequence_number).map(({ command_status }) => command_status);
};

describe("a setting of a session", () => {
  test("systemId and version: what the answer to a bind says", async () => {
    for (const [version, number] of [["3.4", 0x34], ["5.0", 0x50]] as const) {
      await using server = await listen({ port: 0, authenticate: () => true, systemId: "us", version });
      using esme = await RawEsme.connected(server.port);
      esme.send(pdu("bind_transceiver", { system_id: "me", interface_version: 0x50 }));
      const { system_id, sc_interface_version } = await esme.next();
      assert.deepEqual([system_id, sc_interface_version], ["us", number]);
    }
  });

  test("window: so many requests are on the wire at a time", () =>
    serving({ window: 2 }, async (esme, session) => {
      const delivered = Promise.all(Array.from({ length: 3 }, () => session.deliver(HELLO)));
      const first = await esme.next();
      await esme.next();
      assert.deepEqual([session.stats().inFlight, session.stats().queued, esme.frames.size], [2, 1, 0]);
      esme.send(pdu("deliver_sm_resp", { sequence_number: first.sequence_number }));
      await esme.next();
      esme.destroy();
      await assert.rejects(delivered, { outcome: "unknown" });
    }));

  test("maxQueue: more are refused at once", () =>
    serving({ window: 1, maxQueue: 1 }, async (esme, session) => {
      const ends = [session.deliver(HELLO).catch(() => "lost")];
      await esme.next();
      ends.push(session.deliver(HELLO).catch(() => "not sent"));
      await assert.rejects(session.deliver(HELLO), { code: "queue-full", outcome: "not-sent", retryable: true });
      esme.destroy();
      assert.deepEqual(await Promise.all(ends), ["lost", "not sent"]);
    }));

  test("rate: requests a second", () =>
    serving({ rate: 0.01 }, async (esme, session) => {
      const ends = [1, 2].map(() => session.deliver(HELLO).catch(({ outcome }) => outcome));
      await esme.next();
      assert.deepEqual([session.stats().rate, session.stats().queued], [0.01, 1]);
      esme.destroy();
      assert.deepEqual(await Promise.all(ends), ["unknown", "not-sent"]);
    }));

  test("inboundRate: more requests a second are throttled", () =>
    serving({ inboundRate: 0.01 }, async (esme) => {
      for (const sequence of [2, 3]) esme.submit("15551230000", sequence);
      assert.deepEqual(await statuses(esme, 2), [Status.ESME_ROK, Status.ESME_RTHROTTLED]);
    }));

  test("maxPdu: a longer one ends the session", () =>
    serving({ maxPdu: 100 }, async (esme, session) => {
      esme.submit("15551230000", 2, { short_message: "x".repeat(100) });
      const answer = await esme.next();
      assert.deepEqual([answer.command, answer.command_status], ["generic_nack", Status.ESME_RINVCMDLEN]);
      assert.equal((await session.closed).kind, "protocol");
    }));

  test("enquireLink: a quiet ESME is asked whether it is there", () =>
    serving({ enquireLink: 1 }, async (esme) => assert.equal((await esme.next()).command, "enquire_link")));

  test("responseTimeout: an answer that does not come in time is none", async () => {
    await serving({ responseTimeout: 3_600_000 }, async (patient, other) => {
      let ended = false;
      const waiting = other.deliver(HELLO).catch(() => (ended = true));
      await patient.next();
      await serving({ responseTimeout: 1 }, async (_, session) => assert.rejects(session.deliver(HELLO), { name: "TimeoutError", outcome: "unknown" }));
      assert.equal(ended, false);
      patient.destroy();
      await waiting;
    });
  });

  test("sessionInit: a connection without a bind is closed", async (t) => {
    await using server = await listen({ port: 0, authenticate: () => true, sessionInit: 1 });
    using esme = await RawEsme.connected(server.port);
    await within("the end of the connection", esme.closed);

    const waits: number[] = [];
    const { setTimeout } = globalThis;
    t.mock.method(globalThis, "setTimeout", ((work: () => void, wait = 0) => (waits.push(wait), setTimeout(work, wait))) as never);
    await using patient = await listen({ port: 0, authenticate: () => true, sessionInit: 3_600_000 });
    using other = await RawEsme.connected(patient.port);
    await until("the wait", () => waits.some((wait) => wait > 3_500_000));
    other.destroy();
  });

  test("inactivity: a quiet session is ended", () =>
    serving({ inactivity: 1 }, async (esme) => {
      assert.equal((await esme.next()).command, "unbind");
      await within("the end of the connection", esme.closed);
    }));

  test("unbindTimeout: an unbind that is not answered is given up before one that has longer", async () => {
    await serving({}, async (quick, session) => {
      await serving({ unbindTimeout: 3_600_000 }, async (patient, other) => {
        let ended = false;
        void other.close().then(() => (ended = true));
        await patient.next();
        await within("the end", session.close());
        assert.equal(ended, false);
        patient.destroy();
        await other.closed;
        quick.destroy();
      });
    });
  });

  test("defaultAlphabet: what data_coding 0 means", async () => {
    for (const [defaultAlphabet, text] of [["gsm7", "¡"], ["latin1", "@"]] as const) {
      const texts: (string | undefined)[] = [];
      await serving({ defaultAlphabet, onSubmit: (message) => ({ messageId: `${texts.push(message.text)}` }) }, async (esme) => {
        esme.submit("15551230000", 2, { short_message: Buffer.from("@"), data_coding: 0 });
        await esme.next();
      });
      assert.deepEqual(texts, [text]);
    }
  });

  test("concat: how the segments of a long message name each other", () =>
    serving({ concat: "sar" }, async (esme, session) => {
      const delivered = session.deliver({ ...HELLO, text: "x".repeat(161) });
      for (const part of [1, 2]) assert.equal((await esme.next())["sar_segment_seqnum"], part);
      esme.destroy();
      await assert.rejects(delivered);
    }));

  test("maxUnacknowledged: more open requests are refused for now", () =>
    serving({ maxUnacknowledged: 1, onSubmit: () => new Promise(() => {}) }, async (esme) => {
      for (const sequence of [2, 3]) esme.submit("15551230000", sequence);
      assert.deepEqual(await statuses(esme, 1), [Status.ESME_RMSGQFUL]);
    }));

  test("acknowledgeTimeout: a request that nobody answers in time is refused", () =>
    serving({ acknowledgeTimeout: 1, onSubmit: () => new Promise(() => {}) }, async (esme) => {
      esme.submit("15551230000", 2);
      assert.notEqual((await esme.next()).command_status, Status.ESME_ROK);
    }));
});
