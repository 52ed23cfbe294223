import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { describe, test } from "node:test";
import { listen, Status, type EngineMessage, type ListenOptions, type Server, type Session } from "smpp-edge/server";
import { NodeEsme, parse, pdu, RawEsme, until, within } from "../simulator/peers.ts";

/** A server on a free port that lets everybody in, and its only session. */
async function withSession(options: Partial<ListenOptions>, use: (session: Session, esme: NodeEsme, server: Server) => Promise<void>): Promise<void> {
  await using server = await listen({ port: 0, authenticate: () => true, ...options });
  const esme = await NodeEsme.bound(url(server));
  await until("the session", () => server.sessions.size === 1);
  const [session] = server.sessions;
  await use(session!, esme, server);
}

function url(server: Server): string {
  return `smpp://127.0.0.1:${server.port}`;
}

describe("authenticate", () => {
  for (const [what, authenticate, status] of [
    ["true lets in", () => true, 0],
    ["false is ESME_RBINDFAIL", () => false, Status.ESME_RBINDFAIL],
    ["a status is that status", () => Status.ESME_RALYBND, Status.ESME_RALYBND],
    ["a promise is awaited", async () => Status.ESME_RINVPASWD, Status.ESME_RINVPASWD],
    ["a throw is ESME_RSYSERR", () => { throw new Error("the database is away"); }, Status.ESME_RSYSERR],
    ["no clear yes is ESME_RBINDFAIL", () => undefined as never, Status.ESME_RBINDFAIL],
    ["nothing is ESME_RBINDFAIL", () => null as never, Status.ESME_RBINDFAIL],
  ] as const) {
    test(what, async () => {
      await using server = await listen({ port: 0, authenticate });
      const esme = new NodeEsme(url(server));
      assert.equal((await esme.bind()).command_status, status);
      assert.equal(server.sessions.size, status === 0 ? 1 : 0);
      esme.destroy();
    });
  }

  test("a refusal can say why, where the version has TLVs", async () => {
    await using server = await listen({ port: 0, authenticate: (_, session) => ({ status: Status.ESME_RBINDFAIL, text: `not from ${session.remoteAddress.replace(/:\d+$/, "")}` }) });
    for (const [version, text] of [[0x34, "not from 127.0.0.1"], [0x33, undefined]] as const) {
      const esme = new NodeEsme(url(server));
      const answer = await esme.bind("bind_transceiver", { system_id: "me", interface_version: version });
      assert.equal(answer.command_status, Status.ESME_RBINDFAIL);
      assert.equal(answer["additional_status_info_text"], text);
      esme.destroy();
    }
  });

  test("sees what the ESME says of itself", async () => {
    let seen: unknown;
    await using server = await listen({ port: 0, authenticate: (bind) => ((seen = bind), true) });
    const esme = new NodeEsme(url(server));
    await esme.bind("bind_receiver", {
      system_id: "me", password: "mine", system_type: "VMA", interface_version: 0x34, addr_ton: 1, addr_npi: 2, address_range: "^4477",
    });
    assert.deepEqual(seen, {
      bind: "receiver", version: 0x34, systemId: "me", password: "mine", systemType: "VMA", addrTon: 1, addrNpi: 2, addressRange: "^4477",
    });
    esme.destroy();
  });
});

describe("onSubmit", () => {
  test("sees the message and its session, and names it", async () => {
    const seen: unknown[] = [];
    await withSession(
      { onSubmit: ({ from, to, text, dataCoding }, { systemId }) => (seen.push({ from, to, text, dataCoding, systemId }), { messageId: "m-1" }) },
      async (_, esme) => {
        const answer = await esme.submit({ source_addr_ton: 5, dest_addr_ton: 1, dest_addr_npi: 1, short_message: "Grüße", data_coding: 3 });
        assert.equal(answer.command_status, 0);
        assert.equal(answer.message_id, "m-1");
      },
    );
    assert.deepEqual(seen, [
      { from: { ton: 5, npi: 0, addr: "12345" }, to: { ton: 1, npi: 1, addr: "15551230000" }, text: "Grüße", dataCoding: 3, systemId: "smppclient1" },
    ]);
  });

  test("sees each field of the message", async () => {
    const seen: EngineMessage[] = [];
    await withSession({ onSubmit: (message) => ({ messageId: `${seen.push(message)}` }) }, async (_, esme) => {
      await esme.submit({
        service_type: "WAP", source_addr_npi: 9, esm_class: 0x40, protocol_id: 0x41, priority_flag: 2, registered_delivery: 1, data_coding: 0,
        short_message: { udh: Buffer.from([5, 0, 3, 77, 3, 2]), message: "Hi" }, sequence_number: 4_321,
      });
    });
    const { from, to, udh, frames, ...others } = seen[0]!;
    assert.deepEqual([from, to, frames.length, Buffer.from(udh!).toString("hex")], [{ ton: 0, npi: 9, addr: "12345" }, { ton: 0, npi: 0, addr: "15551230000" }, 1, "0500034d0302"]);
    assert.deepEqual(others, {
      command: "submit_sm", sequence: others.sequence, serviceType: "WAP", esmClass: 0x40, protocolId: 0x41, priority: 2, registeredDelivery: 1, dataCoding: 0, encoding: "gsm7",
      text: "Hi", binary: undefined, concat: { reference: 77, total: 3, part: 2 }, segments: 1, complete: others.complete, missing: others.missing,
    });
    assert.equal(parse(Buffer.from(frames[0]!)).sequence_number, others.sequence);
  });

  for (const [what, onSubmit, status] of [
    ["a status refuses", () => Status.ESME_RTHROTTLED, Status.ESME_RTHROTTLED],
    ["a promise is awaited", async () => Status.ESME_RINVDSTADR, Status.ESME_RINVDSTADR],
    ["a throw is ESME_RSYSERR", () => { throw new Error("broken"); }, Status.ESME_RSYSERR],
    ["no answer is ESME_RSYSERR", async () => undefined as never, Status.ESME_RSYSERR],
    ["an identifier that can't be written is ESME_RSYSERR", () => ({ messageId: "x".repeat(66) }), Status.ESME_RSYSERR],
    ["without it submit_sm is not known here", undefined, Status.ESME_RINVCMDID],
  ] as const) {
    test(what, () =>
      withSession({ onSubmit }, async (_, esme) => assert.equal((await esme.submit()).command_status, status)));
  }

  test("answers go out as they come, in any order", () => {
    const waiting: ((id: string) => void)[] = [];
    return withSession(
      { onSubmit: () => new Promise((resolve) => waiting.push((messageId) => resolve({ messageId }))) },
      async (_, esme) => {
        const answers = [esme.submit(), esme.submit()];
        await until("both", () => waiting.length === 2);
        waiting[1]!("second");
        assert.equal((await answers[1]!).message_id, "second");
        waiting[0]!("first");
        assert.equal((await answers[0]!).message_id, "first");
      },
    );
  });
});

test("a refused submission can say why", async () => {
  await withSession({ assumeVersion: "3.4", onSubmit: () => ({ status: Status.ESME_RMSGQFUL, text: "all links are down" }) }, async (_, esme) => {
    const answer = await esme.submit({ short_message: "x" });
    assert.deepEqual([answer.command_status, answer["additional_status_info_text"]], [Status.ESME_RMSGQFUL, "all links are down"]);
  });
});

describe("onRequest", () => {
  test("takes what is no submission, and gives the fields of the response", () =>
    withSession(
      {
        onRequest(pdu) {
          assert.equal(pdu.command, "query_sm");
          assert.equal(pdu.fields.find(({ name }) => name === "message_id")?.value, "m-7");
          return { message_id: "m-7", final_date: "", message_state: 6, error_code: 9 };
        },
      },
      async (_, esme) => {
        const answer = await esme.request("query_sm", { message_id: "m-7", source_addr: "12345" });
        assert.equal(answer.command_status, 0);
        assert.equal(answer["message_state"], 6);
        assert.equal(answer["error_code"], 9);
      },
    ));

  test("without it the request is not known here", () =>
    withSession({}, async (_, esme) => {
      const answer = await esme.request("cancel_sm", { message_id: "m-7" });
      assert.equal(answer.command, "cancel_sm_resp");
      assert.equal(answer.command_status, Status.ESME_RINVCMDID);
    }));
});

describe("a session", () => {
  test("delivers a message and tells how it was sent", () =>
    withSession({}, async (session, esme) => {
      const sent = await session.deliver({ from: "+447700900123", to: "12345", text: "ça va" });
      assert.deepEqual(sent, { segments: 1, encoding: "ucs2" });
      const message = await esme.inbound.take();
      assert.deepEqual([message["source_addr_ton"], message["source_addr_npi"], message.source_addr], [1, 1, "447700900123"]);
      assert.equal(message.short_message.message, "ça va");
    }));

  test("delivers a message with all that it has besides its text", () =>
    withSession({}, async (session, esme) => {
      const more = { serviceType: "WAP", protocolId: 0x41, priority: 2, concat: "sar", reference: 0x1234, tlvs: { source_port: 2948 } } as const;
      assert.deepEqual(await session.deliver({ from: "1", to: "2", text: "x".repeat(161), ...more }), { segments: 2, encoding: "gsm7" });
      for (const sar_segment_seqnum of [1, 2]) {
        const part = await esme.inbound.take();
        const { service_type, protocol_id, priority_flag, sar_msg_ref_num, sar_total_segments, source_port } = part;
        assert.deepEqual(
          { service_type, protocol_id, priority_flag, sar_msg_ref_num, sar_total_segments, sar_segment_seqnum: part["sar_segment_seqnum"], source_port },
          { service_type: "WAP", protocol_id: 0x41, priority_flag: 2, sar_msg_ref_num: 0x1234, sar_total_segments: 2, sar_segment_seqnum, source_port: 2948 },
        );
      }
    }));

  test("tells of two messages on their way how each was sent", () =>
    withSession({}, async (session) => {
      const texts = ["ça va", "x".repeat(161)];
      const sent = await Promise.all(texts.map((text) => session.deliver({ from: "1", to: "2", text })));
      assert.deepEqual(sent, [{ segments: 1, encoding: "ucs2" }, { segments: 2, encoding: "gsm7" }]);
    }));

  test("says which segment was refused by rejecting", () =>
    withSession({}, async (session, esme) => {
      let n = 0;
      esme.answerWith = () => (++n === 2 ? Status.ESME_RX_R_APPN : 0);
      await assert.rejects(session.deliver({ from: "1", to: "2", text: "x".repeat(400) }), { name: "ESME_RX_R_APPN", outcome: "rejected" });
      assert.equal(n, 3);
    }));

  test("refuses a field it can't send, before anything is sent", () =>
    withSession({}, async (session, esme) => {
      await assert.rejects(session.deliver({ from: "1".repeat(30), to: "2", text: "" }), { code: "invalid-field", outcome: "not-sent" });
      await assert.rejects(session.deliver({ from: "not a number at all", to: "2", text: "" }), { code: "invalid-field", field: "from" });
      assert.equal(esme.inbound.size, 0);
    }));

  test("sends receipts with what it is given", () =>
    withSession({}, async (session, esme) => {
      await session.report({
        messageId: "abc-1",
        status: "undeliverable",
        from: { ton: 1, npi: 1, addr: "447700900123" },
        to: { ton: 5, npi: 0, addr: "Example" },
        submittedAt: Date.UTC(2026, 0, 2, 15, 30),
        doneAt: Date.UTC(2026, 0, 2, 15, 31),
        submitted: 3,
        delivered: 2,
        errorCode: "21b",
        text: Buffer.from("Hi"),
        networkError: { type: 3, code: 0x1234 },
      });
      const receipt = await esme.inbound.take();
      assert.equal(
        receipt.short_message.message,
        "id:abc-1 sub:003 dlvrd:002 submit date:2601021530 done date:2601021531 stat:UNDELIV err:21b text:Hi",
      );
      assert.equal(receipt.esm_class, 4);
      assert.equal(receipt["receipted_message_id"], "abc-1");
      assert.equal(receipt["message_state"], 5);
      assert.equal(Buffer.from(receipt["network_error_code"] as Uint8Array).toString("hex"), "031234");
    }));

  test("sends any request and gives its response", () =>
    withSession({}, async (session) => {
      const response = await session.request({ command: "deliver_sm", source_addr: "1", destination_addr: "2", short_message: Buffer.from("raw") });
      assert.equal(response.command, "deliver_sm_resp");
      assert.equal(response.status, 0);
    }));

  test("refuses what the session sets itself, by name", () =>
    withSession({}, async (session) => {
      for (const field of ["sequence", "status"]) {
        await assert.rejects(session.request({ command: "deliver_sm", [field]: 1 }), { field, outcome: "not-sent" });
      }
    }));

  test("can't deliver to a transmitter", async () => {
    await using server = await listen({ port: 0, authenticate: () => true });
    const esme = await NodeEsme.bound(url(server), "bind_transmitter");
    await until("the session", () => server.sessions.size === 1);
    const [session] = server.sessions;
    assert.equal(session?.receives, false);
    await assert.rejects(session!.deliver({ from: "1", to: "2", text: "" }), { outcome: "not-sent" });
    esme.destroy();
  });

  test("a request that is open when the connection is lost rejects as unknown", async () => {
    await using server = await listen({ port: 0, authenticate: () => true });
    const esme = await RawEsme.bound(server.port);
    await until("the session", () => server.sessions.size === 1);
    const [session] = server.sessions;
    const delivered = session!.deliver({ from: "1", to: "2", text: "" });
    await esme.next();
    esme.destroy();
    await assert.rejects(delivered, { name: "ConnectionLostError", outcome: "unknown" });
    assert.equal((await session!.closed).kind, "lost");
    await assert.rejects(session!.deliver({ from: "1", to: "2", text: "" }), { outcome: "not-sent" });
  });

  test("close unbinds; destroy does not", async () => {
    await using server = await listen({ port: 0, authenticate: () => true });
    const sessions: Session[] = [];
    for (const _ of [1, 2]) {
      const esme = await RawEsme.bound(server.port);
      await until("the session", () => server.sessions.size === 1);
      const [session] = server.sessions;
      sessions.push(session!);
      if (sessions.length === 1) {
        void session!.close();
        const request = await esme.next();
        assert.equal(request.command, "unbind");
        esme.send(pdu("unbind_resp", { sequence_number: request.sequence_number }));
      } else {
        session!.destroy();
      }
      await within("the end of the connection", esme.closed);
      await session!.closed;
      assert.equal(esme.frames.size, 0);
      assert.equal(server.sessions.size, 0);
    }
  });
});

describe("a server", () => {
  test("more connections than maxSessions are closed", async () => {
    // A connection is not closed for the lack of a bind while this runs.
    await using server = await listen({ port: 0, authenticate: () => true, maxSessions: 2, sessionInit: 3_600_000 });
    const first = await RawEsme.bound(server.port);
    const second = await RawEsme.connected(server.port);
    const third = await RawEsme.connected(server.port);
    await within("the end of the third", third.closed);
    second.destroy();
    await within("the end of the second", second.closed);
    first.destroy();
    await until("the end of the first", () => server.sessions.size === 0);
    const fourth = await RawEsme.bound(server.port);
    fourth.destroy();
  });

  test("close ends bound and unbound connections, and takes no more", async () => {
    const server = await listen({ port: 0, authenticate: () => true });
    const bound = await NodeEsme.bound(url(server));
    const unbound = await RawEsme.connected(server.port);
    await within("the close", server.close());
    await Promise.all([bound.closed, unbound.closed]);
    const late = connect({ host: "127.0.0.1", port: server.port });
    await assert.rejects(once(late, "connect"), { code: "ECONNREFUSED" });
  });

  test("destroy ends everything, also a peer that never answers", async () => {
    const server = await listen({ port: 0, authenticate: () => true });
    const esme = await RawEsme.bound(server.port);
    await within("the destroy", server.destroy());
    await within("the end of the connection", esme.closed);
    assert.equal(esme.frames.size, 0);
  });

  test("a port in use rejects with the system's error", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    await assert.rejects(listen({ port, authenticate: () => true }), { code: "EADDRINUSE" });
    other.close();
  });

  test("the log has a line a PDU, and never a password or, unasked, a text", async () => {
    const lines: string[] = [];
    await withSession({ log: (line) => lines.push(line), onSubmit: () => ({ messageId: "1" }) }, async (_, esme) => void (await esme.submit({ short_message: "private" })));
    const all = lines.join("\n");
    for (const command of ["bind_transceiver", "bind_transceiver_resp", "submit_sm", "submit_sm_resp"]) assert.match(all, new RegExp(`\\b${command}\\b`));
    assert.doesNotMatch(all, /password|private/);
  });
});
