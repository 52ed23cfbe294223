// An SMSC of random behaviour, at the other end of sockets that live in memory and misbehave as planned, or of real ones on loopback.

import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { SocketFactory, WinterTcSocket } from "smpp-edge";
import { cString, Cutter, deliverSm, frame, Id, receipt, RESPONSE, segment, type Header } from "./wire.ts";

/** What the SMSC does with one request. */
export type Reply =
  | { do: "answer" | "twice" | "nack" | "wrongSequence" | "wrongKind" | "undecodable"; after: number }
  | { do: "refuse"; after: number; status: number }
  | { do: "never" | "garbage" | "drop" | "end" | "fail" };

/** What the SMSC does by itself, so many milliseconds after it was bound. */
export interface Act {
  at: number;
  do: "receipt" | "strayReceipt" | "message" | "segment" | "enquire" | "unbind" | "alert" | "outbind" | "unknown" | "broken" | "large" | "flood" | "garbage" | "drop" | "response";
  number: number;
}

/** What one attempt to connect meets. */
export interface SocketPlan {
  make: "works" | "throws" | "rejects" | "hangs" | "nothing" | "number" | "late" | "noStreams";
  opened: "absent" | "opens" | "rejects" | "hangs" | "throws";
  close: "works" | "hangs" | "rejects" | "throws";
  write: "works" | "hangs" | "rejects" | "throws" | "slow";
  read: "works" | "byob" | "strings" | "rejects" | "endless";
  /** Octets a chunk; 0: as they come. */
  chunk: number;
  bind: Reply;
}

export interface PeerPlan {
  /** One after the other; the last again and again. */
  sockets: SocketPlan[];
  replies: Reply[];
  acts: Act[];
}

const hang = (): Promise<never> => new Promise(() => {});
/**
 * Milliseconds for which a stream always has more. The clock moves on only if others get their turn: for a client that leaves them none it is
 * endless. For one that does, many such connections would take each program minutes.
 */
const ENDLESS = 50;

export class Peer {
  readonly #plan: PeerPlan;
  #connections = 0;
  #requests = 0;
  #sequence = 0;
  /** Ids of what was accepted with a report asked for. */
  readonly #accepted: string[] = [];
  #over = false;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();

  constructor(plan: PeerPlan) {
    this.#plan = plan;
  }

  /** Nothing more comes from here. */
  stop(): void {
    this.#over = true;
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Takes real connections, from which of a plan only what the network can do is left. Returns the port. */
  async listen(): Promise<number> {
    this.#server = createServer((socket) => this.#accept(socket, this.#nextSocket()));
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  #accept(socket: Socket, plan: SocketPlan): void {
    this.#sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
    if (plan.make !== "works" || plan.opened === "rejects") return void socket.destroy();
    // It does not read: the client's octets pile up.
    if (plan.write === "hangs") return void socket.pause();
    const send = (octets: Uint8Array): void => {
      const step = plan.chunk || octets.length;
      for (let at = 0; at < octets.length && socket.writable && !this.#over; at += step) socket.write(octets.slice(at, at + step));
    };
    const end = (error?: Error): void => void (error === undefined ? socket.end() : socket.resetAndDestroy());
    const take = this.#serving(plan, send, end);
    socket.on("data", take).on("end", () => socket.end());
    if (plan.read === "rejects" || plan.write === "rejects") setTimeout(() => socket.resetAndDestroy(), 100);
  }

  #nextSocket(): SocketPlan {
    const { sockets } = this.#plan;
    return sockets[Math.min(this.#connections++, sockets.length - 1)] as SocketPlan;
  }

  /** Serves what comes on one connection. */
  #serving(plan: SocketPlan, send: (octets: Uint8Array) => void, end: (error?: Error) => void): (chunk: Uint8Array) => void {
    const cutter = new Cutter();
    const session = { bound: false };
    return (chunk) => {
      for (const header of cutter.push(chunk)) this.#serve(header, plan, session, send, end);
    };
  }

  readonly connect: SocketFactory = () => {
    const plan = this.#nextSocket();
    switch (plan.make) {
      case "throws":
        throw new Error("no socket");
      case "rejects":
        return Promise.reject(new Error("no socket"));
      case "hangs":
        return hang();
      case "nothing":
        return undefined as never;
      case "number":
        return 5 as never;
      case "noStreams":
        return { close: () => undefined } as never;
      case "late":
        return new Promise((resolve) => setTimeout(() => resolve(this.#socket(plan)), 20_000));
      case "works":
        return this.#socket(plan);
    }
  };

  #socket(plan: SocketPlan): WinterTcSocket {
    let input!: ReadableStreamDefaultController<Uint8Array> | ReadableByteStreamController;
    let open = true;
    const send = (octets: Uint8Array): void => {
      if (!open || this.#over) return;
      const step = plan.chunk || octets.length;
      for (let at = 0; at < octets.length; at += step) input.enqueue(octets.slice(at, at + step));
    };
    const end = (error?: Error): void => {
      if (!open) return;
      open = false;
      if (error !== undefined) return input.error(error);
      input.close();
      (input as Partial<ReadableByteStreamController>).byobRequest?.respond(0);
    };
    const lasts = Date.now() + ENDLESS;
    const source = {
      start: (controller: typeof input) => void (input = controller),
      pull: () => {
        if (plan.read === "endless" && open && Date.now() < lasts) input.enqueue(new Uint8Array(16));
        if (plan.read === "strings" && open) (input as ReadableStreamDefaultController<unknown>).enqueue("text");
        if (plan.read === "rejects") throw new Error("can't be read");
      },
    };
    const take = this.#serving(plan, send, end);
    const writable = new WritableStream<Uint8Array>({
      write: (chunk) => {
        if (plan.write === "throws") throw new Error("can't be written");
        if (plan.write === "rejects") return Promise.reject(new Error("can't be written"));
        if (plan.write === "hangs") return hang();
        take(chunk);
        return plan.write === "slow" ? new Promise((resolve) => setTimeout(resolve, 500)) : undefined;
      },
      close: () => end(),
      abort: () => end(),
    }, { highWaterMark: 2 });
    const readable = plan.read === "byob" ? new ReadableStream({ ...source, type: "bytes" } as UnderlyingByteSource) : new ReadableStream(source as UnderlyingDefaultSource);
    return {
      readable, writable,
      ...(plan.opened === "absent" ? {} : { opened: plan.opened === "opens" ? Promise.resolve() : plan.opened === "rejects" ? Promise.reject(new Error("not opened")) : hang() }),
      closed: plan.close === "rejects" ? Promise.reject(new Error("closed badly")) : hang(),
      close: () => {
        if (plan.close === "throws") throw new Error("can't be closed");
        if (plan.close === "hangs") return hang();
        end();
        return plan.close === "rejects" ? Promise.reject(new Error("can't be closed")) : Promise.resolve();
      },
    };
  }

  #serve({ id, sequence, frame: octets }: Header, plan: SocketPlan, session: { bound: boolean }, send: (octets: Uint8Array) => void, end: (error?: Error) => void): void {
    if (id >= RESPONSE) return;
    const bind = id === Id.bindTransceiver || id === Id.bindTransmitter || id === Id.bindReceiver;
    const reply = bind ? plan.bind : id === Id.enquireLink || id === Id.unbind ? ({ do: "answer", after: 0 } as Reply) : this.#nextReply();
    const messageId = `m${sequence}`;
    const respond = (status = 0, to = sequence, kind = id): void => {
      const body = status !== 0 || kind === Id.unbind || kind === Id.enquireLink ? [] : cString(bind ? "peer" : messageId);
      send(frame((kind | RESPONSE) >>> 0, status, to, body));
      if (bind && status === 0 && !session.bound) {
        session.bound = true;
        this.#act(send, end);
      }
      if (id === Id.submitSm && status === 0 && octets.length > 0) this.#accepted.push(messageId);
    };
    switch (reply.do) {
      case "never":
        return;
      case "garbage":
        return send(Uint8Array.from({ length: 40 }, (_, index) => (index * 89 + sequence) & 0xff));
      case "drop":
        return end(new Error("reset"));
      case "end":
        return end();
      case "fail":
        return send(frame((id | RESPONSE) >>> 0, 8, sequence));
      default: {
        const answer = (): void => {
          if (reply.do === "refuse") respond(reply.status);
          else if (reply.do === "nack") send(frame(Id.genericNack, 3, sequence));
          else if (reply.do === "wrongSequence") respond(0, sequence + 1_000);
          else if (reply.do === "wrongKind") send(frame((Id.dataSm | RESPONSE) >>> 0, 0, sequence, [0]));
          else if (reply.do === "undecodable") send(frame((id | RESPONSE) >>> 0, 0, sequence, [0x41, 0x42]));
          else respond();
          if (reply.do === "twice") respond();
        };
        if (reply.after > 0) setTimeout(answer, reply.after);
        else answer();
      }
    }
  }

  #nextReply(): Reply {
    const { replies } = this.#plan;
    return replies[this.#requests++ % replies.length] as Reply;
  }

  #act(send: (octets: Uint8Array) => void, end: (error?: Error) => void): void {
    for (const { at, do: what, number } of this.#plan.acts) setTimeout(() => this.#does(what, number, send, end), at);
  }

  #does(what: Act["do"], number: number, send: (octets: Uint8Array) => void, end: (error?: Error) => void): void {
    const sequence = ++this.#sequence;
    const stats = ["DELIVRD", "UNDELIV", "ENROUTE", "EXPIRED", "???"];
    switch (what) {
      case "receipt":
        for (const id of this.#accepted.slice(-3)) send(receipt(++this.#sequence, id, stats[number % stats.length] as string));
        return;
      case "strayReceipt":
        return send(receipt(sequence, `stray${number}`, "DELIVRD"));
      case "message":
        return send(deliverSm(sequence, 0, [0x48, 0x69]));
      case "segment":
        return send(segment(sequence, number & 3, 2 + (number & 1), 1 + ((number >> 2) % 3)));
      case "enquire":
        return send(frame(Id.enquireLink, 0, sequence));
      case "unbind":
        return send(frame(Id.unbind, 0, sequence));
      case "alert":
        return send(frame(Id.alert, 0, sequence, [1, 1, ...cString("123"), 1, 1, ...cString("456")]));
      case "outbind":
        return send(frame(Id.outbind, 0, sequence, [...cString("a"), ...cString("b")]));
      case "unknown":
        return send(frame(0x7777, 0, sequence, [1, 2, 3]));
      case "broken":
        return send(frame(Id.deliverSm, 0, sequence, [0, 1, 1]));
      case "large":
        return send(deliverSm(sequence, 0, Array.from({ length: 254 }, () => 0x61)));
      case "flood":
        for (let i = 0; i < 50; i++) send(i % 2 === 0 ? deliverSm(++this.#sequence, 0, [0x41]) : receipt(++this.#sequence, `f${i}`, "DELIVRD"));
        return;
      case "garbage":
        return send(Uint8Array.from({ length: 64 }, (_, index) => (index * number) & 0xff));
      case "response":
        return send(frame((Id.submitSm | RESPONSE) >>> 0, 0, 1 + (number % 50), [0x78, 0]));
      case "drop":
        return end(new Error("reset"));
    }
  }
}
