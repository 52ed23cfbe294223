import { DurableObject } from "cloudflare:workers";
import { SmppError, type ConnectOptions, type SmppClient } from "../../client/index.ts";
import { messageIdKey } from "../../engine/codec.ts";
import { addressText } from "../model/address.ts";
import type { DeadLetter, EventType, TargetMetrics } from "../model/delivery-event.ts";
import { settingsOf, type Account, type GatewayEnv, type Settings } from "../model/config.ts";
import { linkName, messageId, parseLinkName, ulid, ulidFrom, type Place } from "../model/ids.ts";
import type { MessageInput } from "../model/input.ts";
import { problem, type Problem } from "../model/problem.ts";
import { allLinks, places } from "../model/spread.ts";
import type { BindState, InboundView, LinkView, MessageError, MessageStatus, MessageView } from "../model/views.ts";
import { Bind } from "./bind.ts";
import { Claims, type Claim } from "./claims.ts";
import { createTables, readMeta, writeMeta } from "./database.ts";
import { Deliveries } from "./deliveries.ts";
import { handlerTarget, queueTarget, webhookTarget } from "./event-targets.ts";
import { Events } from "./events.ts";
import { Inbox, type ReportOffer } from "./inbox.ts";
import { Outbox, type ListQuery, type NewMessage } from "./outbox.ts";
import { PduLog } from "./pdu-log.ts";
import { Pump } from "./pump.ts";
import { linkAt, linkNamed } from "./stub.ts";
import { WorkerHandlers, type Exports } from "./worker-handlers.ts";

/** The alarm keeps the object, and with it the socket: past about two minutes without one it would be evicted. */
const BEAT = 30_000;
/** Messages moved to another link at a time. */
const MOVED_AT_ONCE = 200;

/** What a link answers to messages: that it has them, or why not. */
export type EnqueueResult = { taken: true } | { taken: false; why: "full" | "down" };

/** What /metrics sums up of one link. */
export interface LinkMetrics extends LinkView {
  submitted: number;
  throttled: number;
  binds: number;
  losses: number;
  reports: number;
  inbound: number;
  /** Messages by the state they came to. */
  messages: Partial<Record<MessageStatus, number>>;
  targets: TargetMetrics[];
  waiting: number;
  dead: number;
  /** Streams of events, those open and those broken off because nobody read them. */
  streams: { open: number; dropped: number };
}

/** One bind in one Durable Object, named `<account>/<number>`, with its messages in SQLite. */
export class SmppLink extends DurableObject<GatewayEnv> {
  readonly #settings: Settings;
  readonly #place: Place;
  /** Undefined if the settings have this link no more: then it only empties itself. */
  readonly #account: Account | undefined;
  readonly #events = new Events();
  readonly #pdus = new PduLog((at, view) => this.#events.publishPdu(at, () => ({ ...this.#place, ...view() })));
  readonly #outbox: Outbox;
  readonly #deliveries: Deliveries;
  readonly #inbox: Inbox;
  readonly #claims: Claims;
  readonly #pump: Pump | undefined;
  readonly #bind: Bind | undefined;
  readonly #reached: Partial<Record<MessageStatus, number>> = {};
  #binds = 0;
  #losses = 0;
  #submitted = 0;
  #throttled = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;
  #gathered: NewMessage[] = [];
  #storing: Promise<void> | undefined;
  #searching = false;
  #givingAway = false;

  constructor(ctx: DurableObjectState, env: GatewayEnv) {
    super(ctx, env);
    const sql = ctx.storage.sql;
    createTables(sql);
    this.#settings = settingsOf(env);
    this.#place = placeOf(ctx);
    const account = this.#settings.accounts.find(({ name }) => name === this.#place.account);
    this.#account = account && this.#place.link < account.links ? account : undefined;
    const wake = () => this.#arm(Date.now());
    const format = account?.options.messageIdFormat ?? "as-is";
    const handlers = new WorkerHandlers((ctx as unknown as { exports?: Exports }).exports);
    this.#deliveries = new Deliveries(sql, [handlerTarget(handlers), queueTarget(env.SMPP_QUEUE), webhookTarget(this.#settings.webhook)], wake,
      (entry) => console.error(JSON.stringify({ ...this.#place, ...entry })));
    this.#outbox = new Outbox(sql, (id, status, error) => this.#changed(id, status, error));
    this.#inbox = new Inbox({
      sql, place: this.#place, outbox: this.#outbox, deliveries: this.#deliveries, wake,
      keyOf: (id) => messageIdKey(id, "receipt", format),
      arrived: ({ id, from, to, text }) => this.#events.publish("inbound", Date.now(), { id, account: this.#place.account, from, to, text }),
      offer: (offers) => this.#offer(offers),
    });
    this.#claims = new Claims(sql);
    this.#outbox.recover(Date.now());
    if (!this.#account || this.#account.fault !== undefined) return;
    const window = this.#account.options.window ?? 10;
    this.#pump = new Pump(this.#outbox, window, (id) => messageIdKey(id, "response", format), (keys) => this.#inbox.answered(keys, Date.now()), wake);
    this.#bind = new Bind(this.#account, this.#clientOptions(this.#account), {
      up: (client) => this.#up(client),
      down: () => this.#down(),
      changed: (state, detail) => this.#linkChanged(state, detail),
    });
  }

  /** Keeps the link: runs every 30 s, also when nobody asks for anything, and after an eviction or a deploy. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    await this.#wake(now);
    this.#events.beat();
    this.#outbox.expire(now);
    this.#purge(now);
    await this.#giveAway(now);
  }

  /** Brings the link up if it is not, and says how it is. */
  async status(): Promise<LinkView> {
    await this.#wake(Date.now());
    return this.#view();
  }

  async metrics(): Promise<LinkMetrics> {
    await this.#wake(Date.now());
    const { waiting, dead } = this.#deliveries.count();
    const stats = this.#bind?.client?.stats();
    return {
      ...this.#view(), waiting, dead,
      submitted: this.#submitted + (stats?.submitted ?? 0), throttled: this.#throttled + (stats?.throttled ?? 0),
      binds: this.#binds, losses: this.#losses, reports: this.#inbox.reports, inbound: this.#inbox.messages, messages: this.#reached,
      targets: this.#deliveries.metrics(), streams: this.#events.streams,
    };
  }

  /** The stream of events, as server-sent events; `?since=` milliseconds repeats what came since, `?pdus=true` shows the PDUs too. */
  override async fetch(request: Request): Promise<Response> {
    await this.#wake(Date.now());
    const query = new URL(request.url).searchParams;
    const since = query.has("since") ? Number(query.get("since")) : undefined;
    const pdus = query.has("pdus") ? this.#pdus.list().filter(({ at }) => since === undefined || at >= since) : undefined;
    const stream = this.#events.stream(since, pdus?.map(({ at, view }) => ({ at, data: { ...this.#place, ...view } })));
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  }

  /** Takes messages: all or none. What is there already is taken. With `ifUp` a link that has been down for long takes none. */
  async enqueue(messages: NewMessage[], ifUp: boolean): Promise<EnqueueResult> {
    const now = Date.now();
    await this.#wake(now);
    if (!this.#account) return { taken: false, why: "down" };
    if (ifUp && this.#isDown(now)) {
      const known = await this.existing(messages.map(({ id }) => id));
      if (known.length < messages.length) return { taken: false, why: "down" };
    }
    if (this.#outbox.waiting + this.#gathered.length + messages.length > this.#settings.maxQueue) return { taken: false, why: "full" };
    await this.#store(messages);
    return { taken: true };
  }

  /** Writes messages down. Those that come in together share one commit: each takes the disk's time. */
  #store(messages: NewMessage[]): Promise<void> {
    this.#gathered.push(...messages);
    this.#storing ??= scheduler.wait(0).then(() => {
      const all = this.#gathered;
      this.#gathered = [];
      this.#storing = undefined;
      this.#outbox.insert(all, Date.now());
      this.#pump?.kick();
    });
    return this.#storing;
  }

  /** Of `ids`, those that were ever here. */
  async existing(ids: string[]): Promise<string[]> {
    await this.#storing;
    return this.#outbox.existing(ids);
  }

  /** Whether a caller may send `count` messages now, and what its idempotency key stands for. */
  async admit(caller: string, rate: number | undefined, count: number, idempotency: { key: string; fingerprint: string } | undefined): Promise<Claim> {
    return this.#claims.admit(caller, rate, count, idempotency, Date.now());
  }

  async message(id: string): Promise<MessageView | undefined> {
    await this.#wake(Date.now());
    const moved = this.#outbox.status(id)?.moved;
    const elsewhere = moved ? await linkNamed(this.env, moved).message(id) : undefined;
    if (elsewhere) return elsewhere;
    const view = this.#outbox.view(id);
    return view && { ...view, ...this.#place };
  }

  async list(query: ListQuery): Promise<MessageView[]> {
    return this.#outbox.list(query).map((view) => ({ ...view, ...this.#place }));
  }

  async inbound(before: string | undefined, limit: number): Promise<InboundView[]> {
    return this.#inbox.list(before, limit);
  }

  async deadLetters(before: string | undefined, limit: number): Promise<DeadLetter[]> {
    return this.#deliveries.dead(before, limit);
  }

  async replay(id: string): Promise<boolean> {
    return this.#deliveries.replay(id, Date.now());
  }

  /** Cancels what has not gone out; else asks the SMSC to. */
  async cancel(id: string): Promise<{ message: MessageView } | { problem: Problem }> {
    const now = Date.now();
    await this.#wake(now);
    const at = this.#outbox.status(id);
    if (!at) return { problem: problem("not-found") };
    if (at.status === "moved" && at.moved) return linkNamed(this.env, at.moved).cancel(id);
    if (at.status === "queued") this.#outbox.end(id, "deleted", now);
    else if (at.status === "accepted") {
      const refused = await this.#cancelAtSmsc(id);
      if (refused) return { problem: refused };
    } else if (at.status === "sent" || at.status === "moving") return { problem: problem("in-flight", "Try again in a moment") };
    else return { problem: problem("not-cancellable", `It is ${at.status}`) };
    return { message: { ...this.#outbox.view(id)!, ...this.#place } };
  }

  /** Takes the reports that are for messages of this link. */
  async claim(offers: ReportOffer[]): Promise<boolean[]> {
    const now = Date.now();
    return offers.map((offer) => this.#inbox.claim(offer, now));
  }

  #up(client: SmppClient): void {
    this.#binds++;
    this.#pump?.start(client);
  }

  #down(): void {
    this.#losses++;
    this.#pump?.stop();
  }

  /** Connects if need be, and sees to the next alarm. Never waits for the bind: that would hold back reads of the socket. */
  async #wake(now: number): Promise<void> {
    this.#bind?.ensure(now);
    this.#pump?.kick();
    this.#arm(now);
    if (!this.#account) void this.#giveAway(now);
    const needed = this.#account !== undefined || this.#outbox.waiting > 0 || this.#nextDue() !== undefined;
    const next = await this.ctx.storage.getAlarm();
    if (needed && (next === null || next > now + BEAT || next < now)) await this.ctx.storage.setAlarm(now + BEAT);
  }

  /** Sees that what is due gets done, now or when it will be. */
  #arm(now: number): void {
    const at = this.#nextDue();
    if (at === undefined || at >= this.#timerAt) return;
    clearTimeout(this.#timer ?? null);
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      void this.#work(Date.now());
    }, Math.min(BEAT, Math.max(0, at - now)));
  }

  async #work(now: number): Promise<void> {
    this.#deliveries.run(now);
    this.#pump?.kick();
    if (!this.#searching) {
      this.#searching = true;
      await this.#inbox.search(now).finally(() => {
        this.#searching = false;
      });
    }
    this.#arm(Date.now());
  }

  #nextDue(): number | undefined {
    const queue = this.#bind?.client ? this.#outbox.nextDue(Date.now()) : undefined;
    const search = this.#searching ? undefined : this.#inbox.nextDue();
    const due = [this.#deliveries.nextDue(), search, queue].filter((at) => at !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  #isDown(now: number): boolean {
    return this.#bind === undefined || (this.#bind.state !== "bound" && this.#bind.error !== undefined && this.#bind.downFor(now) >= this.#settings.failoverAfter);
  }

  /** Hands what waits to another link, if this one is gone from the settings or has been down for long. */
  async #giveAway(now: number): Promise<void> {
    if (this.#givingAway) return;
    this.#givingAway = true;
    await this.#move(now).finally(() => {
      this.#givingAway = false;
    });
  }

  async #move(now: number): Promise<void> {
    for (let more = true; more;) {
      if (this.#isDown(now) && this.#outbox.waiting > 0) {
        const stuck = this.#outbox.startMove(MOVED_AT_ONCE, (input) => this.#otherPlace(input), now);
        if (!this.#account) for (const id of stuck) this.#outbox.end(id, "failed", now, { detail: "Its account is not in the settings any more" });
      }
      const moving = [...this.#outbox.moving(MOVED_AT_ONCE)];
      const moved = await Promise.all(moving.map(([name, messages]) => this.#hand(name, messages)));
      more = moving.length > 0 && moved.every(Boolean);
    }
  }

  /** Hands messages to another link; false if it does not take them. */
  async #hand(name: string, messages: NewMessage[]): Promise<boolean> {
    const ids = messages.map(({ id }) => id);
    try {
      const { taken } = await linkNamed(this.env, name).enqueue(messages, true);
      if (taken) this.#outbox.endMove(ids);
      else this.#outbox.undoMove(ids);
      return taken;
    } catch (error) {
      // Whether it has them is not known: they are offered again with the next alarm, and it takes each only once.
      console.error(JSON.stringify({ event: "move", ...this.#place, to: name, detail: String(error) }));
      return false;
    }
  }

  #otherPlace(input: MessageInput): string | undefined {
    const recipient = addressText(input.to);
    const others = places(this.#settings, recipient, input.account).filter((place) => linkName(place) !== linkName(this.#place));
    return others[0] && linkName(others[0]);
  }

  async #offer(offers: ReportOffer[]): Promise<boolean[]> {
    const others = allLinks(this.#settings).filter((place) => place.account === this.#place.account && place.link !== this.#place.link);
    const answers = await Promise.all(others.map((place) => linkAt(this.env, place).claim(offers).catch(() => offers.map(() => false))));
    return offers.map((_, i) => answers.some((answer) => answer[i]));
  }

  async #cancelAtSmsc(id: string): Promise<Problem | undefined> {
    const client = this.#bind?.client;
    if (!client) return problem("unavailable", this.#bind?.error);
    const view = this.#outbox.view(id)!;
    try {
      for (const part of view.parts.filter(({ messageId: own, status }) => own !== "" && status === "accepted")) {
        await client.cancel(part.messageId, { to: view.to, ...(view.from === undefined ? {} : { from: view.from }) });
      }
    } catch (error) {
      if (!(error instanceof SmppError)) throw error;
      const smpp = typeof error.code === "number" ? { smpp: { code: error.code, name: error.name } } : {};
      return problem(error.outcome === "rejected" ? "refused" : "unavailable", error.message, smpp);
    }
    if (this.#outbox.status(id)?.status === "accepted") this.#outbox.end(id, "deleted", Date.now());
    return undefined;
  }

  #changed(id: string, status: MessageStatus, error: MessageError | undefined): void {
    const now = Date.now();
    if (status === "accepted") this.#bind?.proved();
    this.#reached[status] = (this.#reached[status] ?? 0) + 1;
    this.#events.publish("message", now, { id, status, ...(error ? { error } : {}) });
    if (error && status !== "queued") this.#deliveries.add(messageId(ulid(now), this.#place), "message.ended" satisfies EventType, { id, status, error, account: this.#place.account }, now);
  }

  #linkChanged(state: BindState, detail: string | undefined): void {
    if (state === "connecting") this.#pdus.reset();
    this.#events.publish("link", Date.now(), { ...this.#place, state, ...(detail === undefined ? {} : { detail }) });
    console.log(JSON.stringify({ event: "link", ...this.#place, state, ...(detail === undefined ? {} : { detail }) }));
    if (state === "waiting") void this.#giveAway(Date.now());
  }

  #purge(now: number): void {
    const before = now - this.#settings.retention;
    const oldest = ulidFrom(before);
    this.#outbox.purge(before, oldest);
    this.#inbox.purge(oldest);
    this.#deliveries.purge(oldest, before);
    this.#claims.purge(now);
  }

  #clientOptions(account: Account): ConnectOptions {
    const { log } = this.#settings;
    return {
      ...account.options,
      onReport: (report) => this.#inbox.report(report, Date.now()),
      onMessage: (message) => this.#inbox.message(message, Date.now()),
      onOctets: (direction, octets) => this.#pdus.take(direction, octets, Date.now()),
      ...(log === "none" ? {} : { log: (line: string) => console.log(`${linkName(this.#place)} ${line}`), logTexts: log === "texts" }),
    };
  }

  #view(): LinkView {
    const account = this.#account;
    const fault = account?.fault;
    const url = account && fault === undefined ? new URL(account.url) : undefined;
    const stats = this.#bind?.client?.stats();
    const { boundAt, retryAt, error = fault } = this.#bind ?? {};
    return {
      ...this.#place,
      state: fault === undefined ? this.#bind?.state ?? "down" : "misconfigured",
      smsc: url?.host ?? "",
      systemId: decodeURIComponent(url?.username ?? ""),
      ...(boundAt === undefined ? {} : { boundAt: new Date(boundAt).toISOString() }),
      ...(retryAt === undefined ? {} : { retryAt: new Date(retryAt).toISOString() }),
      ...(error === undefined ? {} : { error }),
      window: account?.options.window ?? 10,
      ...(account?.options.rate === undefined ? {} : { rate: account.options.rate }),
      inFlight: stats?.inFlight ?? 0,
      queued: this.#outbox.waiting,
      rtt: stats?.rtt ?? 0,
    };
  }
}

/** An object knows its name while it is called by it; for an alarm it is written down. */
function placeOf(ctx: DurableObjectState): Place {
  const name = ctx.id.name ?? readMeta(ctx.storage.sql, "name");
  const place = name === undefined ? undefined : parseLinkName(name);
  if (!place) throw new Error("A link is named <account>/<number>");
  if (readMeta(ctx.storage.sql, "name") === undefined) writeMeta(ctx.storage.sql, "name", name!);
  return place;
}
