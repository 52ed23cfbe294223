import { SmppError, type ConnectOptions, type JoinOptions, type Segment, type SmppClient } from "../../client/index.ts";
import { messageIdKey } from "../../engine/codec.ts";
import { numberOf } from "../model/address.ts";
import { settingsOf, type Account, type GatewayEnv, type Settings } from "../model/config.ts";
import type { ApplicationOrigin, DeadLetter, EventType } from "../model/delivery-event.ts";
import { isSamePlace, linkName, messageId, ulid, ulidFrom, type Place } from "../model/ids.ts";
import type { MessageInput } from "../model/message-input.ts";
import { routeInbound } from "../model/inbound-routes.ts";
import { isBlocked, requestOf, scopesFor, type OptOutRequest } from "../model/opt-out.ts";
import { problem, type Problem } from "../model/problem.ts";
import { allLinks, linkFor, placeOf } from "../model/spread.ts";
import type { BindState, InboundView, LinkView, MessageError, MessageStatus, MessageView, StoredMessage } from "../model/views.ts";
import type { CodeVersion, EnqueueResult, Erased, LegacyClaim, LinkApi, LinkMetrics, ListPart, ListQuery, NewMessage, Traffic } from "./api.ts";
import { Connection } from "./connection.ts";
import { readMeta, writeMeta, type Database } from "./database.ts";
import { Deliveries } from "./deliveries.ts";
import { callbackTarget, handlerTarget, queueTarget, webhookTarget } from "./event-targets.ts";
import { Events } from "./events.ts";
import { extensions } from "./extensions.ts";
import { Failover } from "./failover.ts";
import { PduLog } from "./pdu-log.ts";
import { Receiver, type ReportOffer } from "./receiver.ts";
import { Scheduler } from "./scheduler.ts";
import { Sender } from "./sender.ts";
import { Claims } from "./store/claims.ts";
import { Erasure } from "./store/erasure.ts";
import { Handover } from "./store/handover.ts";
import { InboundSegments, type InboundSegment } from "./store/inbound-segments.ts";
import { InboundStore } from "./store/inbound.ts";
import { MessageLists } from "./store/lists.ts";
import { MessageQueue, type DueMessage, type Insertion } from "./store/queue.ts";
import { ReportStore } from "./store/reports.ts";
import { Retention } from "./store/retention.ts";
import { blocksOf, linkAt, linkNamed, optOutsAt, registryOf, shardOf } from "./stub.ts";
import { HandlerRecord, WorkerHandlers, type Exports } from "./worker-handlers.ts";

/** Milliseconds between two steps of removing what is too old. */
const PURGE_PAUSE = 100;
/** Longest that a link waits for answers before it starts anew on newer code. */
const DRAIN_LIMIT = 60_000;
const DEFAULT_WINDOW = 10;
/** Whether the registry knows this link. */
const REGISTERED = "registered";

/** What a link's object gives to its parts. */
export interface Host {
  ctx: DurableObjectState;
  env: GatewayEnv;
  db: Database;
  place: Place;
}

/** One bind and the messages that go by it: composes the parts, and answers for them. */
export class RunningLink implements Omit<LinkApi, "fetch" | "takeSegment" | "extend"> {
  readonly #host: Host;
  readonly #settings: Settings;
  readonly #place: Place;
  /** Undefined if the settings have this link no more: then it only empties itself. */
  readonly #account: Account | undefined;
  readonly extension: ReturnType<NonNullable<typeof extensions.link>> | undefined;
  readonly #events = new Events();
  readonly #pdus: PduLog;
  readonly #queue: MessageQueue;
  readonly #lists: MessageLists;
  readonly #inbound: InboundStore;
  readonly #retention: Retention;
  readonly #deliveries: Deliveries;
  readonly #receiver: Receiver;
  readonly #failover: Failover;
  readonly #scheduler: Scheduler;
  readonly #sender: Sender | undefined;
  readonly #connection: Connection | undefined;
  readonly #reached: Partial<Record<MessageStatus, number>> = {};
  /** Figures of the connections before this one. */
  readonly #past = { submitted: 0, throttled: 0 };
  #binds = 0;
  #losses = 0;
  #purgeAt = Infinity;
  #gathered: Insertion[] = [];
  #storing: Promise<string[][]> | undefined;
  #gatheredCount = 0;
  #draining = false;
  #registering = false;

  constructor(host: Host) {
    const { ctx, env, db, place } = host;
    this.#host = host;
    this.#place = place;
    this.extension = extensions.link?.(db, place);
    this.#settings = settingsOf(env);
    const account = this.#settings.accounts.find(({ name }) => name === place.account);
    this.#account = account && place.link < account.links && isSamePlace(placeOf(account, place.link), place) ? account : undefined;
    const now = Date.now();
    const wake = () => this.#scheduler.arm(Date.now());
    const format = account?.options.messageIdFormat ?? "as-is";
    const changed = (id: string, status: MessageStatus, error?: MessageError, url?: string) => this.#changed(id, status, error, url);
    this.#pdus = new PduLog((at, views) => {
      if (this.#events.showPdus) for (const view of views()) this.#events.publishPdu(at, () => ({ account: place.account, link: place.link, ...view }));
    });
    this.#scheduler = new Scheduler({ storage: ctx.storage, nextDue: (at) => this.#nextDue(at), work: (at) => this.#work(at) });
    const handlers = new WorkerHandlers((ctx as { exports?: Exports }).exports);
    const { inboundRoutes, callbackHosts, secrets, webhook } = this.#settings;
    const callbacks = inboundRoutes || callbackHosts ? [callbackTarget(secrets)] : [];
    this.#deliveries = new Deliveries(db, [handlerTarget(handlers, new HandlerRecord(db)), queueTarget(env.SMPP_QUEUE), webhookTarget(webhook, callbacks.length > 0 ? 2 : undefined), ...callbacks, ...extensions.applications?.target(env) ?? []], wake,
      (entry) => console.error(JSON.stringify({ account: place.account, link: place.link, ...entry })));
    this.#queue = new MessageQueue(db, place, changed);
    this.#lists = new MessageLists(db, place, (n) => this.#queue.sentAt(n));
    this.#inbound = new InboundStore(db, place);
    this.#retention = new Retention(db, place);
    this.#receiver = new Receiver({
      place, store: this.#inbound, segments: new InboundSegments(db), joinOptions: joinOptions(account), reports: new ReportStore(db, place, changed, callbackHosts !== undefined), deliveries: this.#deliveries, wake,
      keyOf: (id) => messageIdKey(id, "receipt", format),
      origin: (id) => this.#origin(id),
      inboundFor: (to) => extensions.applications?.inboundFor(env, to),
      arrived: ({ id, from, to, text, optOut }) => this.#events.publish("inbound", Date.now(), { id, account: place.account, from, to, text, ...(optOut && { optOut }) }),
      route: inboundRoutes && ((message) => routeInbound(inboundRoutes, message, place.account)),
      optOut: this.#settings.optOut && ((message, id) => this.#optOut(message, id)),
      storeAnswers: () => this.#sender?.storeAnswers(),
      isOnly: this.#otherLinks().length === 0,
      offer: (offers) => this.#offer(offers),
    });
    this.#failover = new Failover({
      settings: this.#settings, place, queue: this.#queue, handover: new Handover(db, place, this.#queue), retired: !this.#account,
      isDown: (at) => this.#isDown(at), taken: (n) => this.#sender?.has(n) ?? false, linkNamed: (name) => linkNamed(env, name),
    });
    this.#queue.recover(now);
    if (!this.#account || this.#account.fault !== undefined) return;
    const { window = DEFAULT_WINDOW } = this.#account.options;
    this.#sender = new Sender({
      queue: this.#queue, window, idle: wake,
      keyOf: (id) => messageIdKey(id, "response", format),
      accepted: (keys, at) => this.#receiver.answered(keys, at),
      optedOut: this.#settings.optOut && ((messages) => this.#optedOut(messages)),
    });
    this.#connection = new Connection(this.#account, this.#clientOptions(this.#account), {
      up: (client) => this.#up(client),
      down: (client) => this.#down(client),
      changed: (state, detail) => this.#linkChanged(state, detail),
    });
  }

  /** Keeps the link: runs every 30 s, also when nobody asks for anything, and after an eviction or a deploy. */
  async beat(): Promise<void> {
    const now = Date.now();
    await this.#scheduler.rearm(now);
    await this.#wake(now);
    this.#events.beat();
    this.#queue.expire(now, (n) => this.#sender?.has(n) ?? false);
    this.#receiver.giveUpSegments(now);
    this.#purge(now);
    await this.#failover.run(now);
    await this.#register();
    if (!this.#account && this.#isEmpty()) await this.#scheduler.stop();
  }

  async status(version?: CodeVersion): Promise<LinkView> {
    await this.#wake(Date.now());
    if (version && isNewer(version, this.#host.env.CF_VERSION_METADATA)) void this.#drain();
    return this.#view();
  }

  async metrics(): Promise<LinkMetrics> {
    await this.#wake(Date.now());
    const { waiting, dead } = this.#deliveries.count();
    const stats = this.#connection?.client?.stats();
    return {
      ...this.#view(), waiting, dead,
      submitted: this.#past.submitted + (stats?.submitted ?? 0), throttled: this.#past.throttled + (stats?.throttled ?? 0),
      binds: this.#binds, losses: this.#losses, reports: this.#receiver.reports, inbound: this.#receiver.messages, messages: this.#reached,
      targets: this.#deliveries.metrics(), streams: this.#events.streams, rowsWritten: this.#host.db.rowsWritten,
    };
  }

  async events(request: Request): Promise<Response> {
    await this.#wake(Date.now());
    const query = new URL(request.url).searchParams;
    const since = query.has("since") ? Number(query.get("since")) : undefined;
    const { account, link } = this.#place;
    const pdus = query.has("pdus") ? this.#pdus.list().filter(({ at }) => since === undefined || at >= since) : undefined;
    const stream = this.#events.stream(since, pdus?.map(({ at, view }) => ({ at, data: { account, link, ...view } })));
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  }

  async enqueue(messages: NewMessage[], ifUp: boolean, nonce?: string, again = false): Promise<EnqueueResult> {
    const now = Date.now();
    await this.#wake(now);
    const fresh = messages.length - this.#hereAlready(messages, nonce).length;
    const why = fresh === 0 ? undefined : this.#refuses(fresh, ifUp, now);
    if (why) return { taken: false, why, known: this.#hereAlready(messages, nonce) };
    return { taken: true, ids: await this.#store(messages, nonce, again) };
  }

  async known(nonce: string): Promise<[number, string][]> {
    await this.#storing;
    return [...this.#queue.known(nonce)];
  }

  async existing(ids: string[]): Promise<string[]> {
    await this.#storing;
    return ids.filter((id) => this.#lists.row(id) !== undefined);
  }

  async message(id: string): Promise<MessageView | undefined> {
    await this.#wake(Date.now());
    const row = this.#lists.row(id);
    const elsewhere = row?.moved ? await linkNamed(this.#host.env, row.moved).message(id) : undefined;
    return elsewhere ?? (row && this.#lists.view(row));
  }

  async listPart(query: ListQuery): Promise<ListPart> {
    return this.#lists.list(query);
  }

  async erase(number: string, n: number, id: string): Promise<Erased> {
    const { db } = this.#host;
    this.#pdus.clear();
    this.#events.clear();
    if (n === 0) this.#deliveries.erase(number);
    return new Erasure(db, this.#place, this.#queue).step(number, n, id, (own) => this.#sender?.has(own) ?? false, Date.now());
  }

  async traffic(limit: number): Promise<Traffic[]> {
    return this.#lists.traffic(limit);
  }

  async inbound(before: string | undefined, limit: number): Promise<InboundView[]> {
    return this.#inbound.list(before, limit);
  }

  async deadLetters(before: string | undefined, limit: number): Promise<DeadLetter[]> {
    return this.#deliveries.dead(before, limit);
  }

  async replay(id: string): Promise<boolean> {
    return this.#deliveries.replay(id, Date.now());
  }

  async cancel(id: string): Promise<{ message: MessageView } | { problem: Problem }> {
    const now = Date.now();
    await this.#wake(now);
    const row = this.#lists.row(id);
    if (!row) return { problem: problem("not-found") };
    if (row.status === "moved" && row.moved) return linkNamed(this.#host.env, row.moved).cancel(id);
    if (row.status === "moving" || this.#sender?.has(row.n)) return { problem: problem("in-flight", "Try again in a moment") };
    const waiting = this.#queue.waitingMessage(row);
    if (waiting) {
      this.#queue.end(waiting, "deleted", now);
      await extensions.giveBack?.(this.#host.env, row.caller, waiting.input, row.segments, row.created);
    } else if (row.status === "accepted") {
      const refused = await this.#cancelAtSmsc(id);
      if (refused) return { problem: refused };
    } else return { problem: problem("not-cancellable", `It is ${row.status}`) };
    return { message: this.#lists.view(this.#lists.row(id)!) };
  }

  async claim(offers: ReportOffer[]): Promise<boolean[]> {
    const now = Date.now();
    return offers.map((offer) => this.#receiver.claim(offer, now));
  }

  async announce(type: EventType, data: object): Promise<void> {
    const now = Date.now();
    await this.#wake(now);
    this.#deliveries.add(messageId(ulid(now), this.#place), type, data, now);
  }

  async legacyClaim(caller: string, key: string): Promise<LegacyClaim | undefined> {
    const claim = new Claims(this.#host.db).find(caller, key, Date.now());
    return claim && { fingerprint: claim.fingerprint, nonce: claim.nonce, created: claim.created };
  }

  // ── Taking messages ──

  #refuses(count: number, ifUp: boolean, now: number): "full" | "down" | undefined {
    if (!this.#account || (ifUp && this.#isDown(now))) return "down";
    return this.#queue.waiting + this.#gatheredCount + count > this.#settings.maxQueue ? "full" : undefined;
  }

  /** Of messages that were handed over, or are of a repeated request, the ids of those that are here from before. */
  #hereAlready(messages: NewMessage[], nonce: string | undefined): string[] {
    const known = nonce === undefined ? undefined : this.#queue.known(nonce);
    return messages.flatMap(({ id, hops, position }) => {
      if (hops === undefined) return known?.get(position ?? 0) ?? [];
      return (this.#lists.row(id)?.hops ?? 0) >= hops ? id : [];
    });
  }

  /** Writes messages down. Those that come in together share one statement and one commit: each takes the disk's time. */
  async #store(messages: NewMessage[], nonce: string | undefined, again: boolean): Promise<string[]> {
    const index = this.#gathered.push({ messages, nonce, again }) - 1;
    this.#gatheredCount += messages.length;
    this.#storing ??= scheduler.wait(0).then(() => {
      const all = this.#gathered;
      this.#gathered = [];
      this.#gatheredCount = 0;
      this.#storing = undefined;
      const ids = this.#queue.insertAll(all, Date.now());
      this.#sender?.kick();
      this.#scheduler.arm(Date.now());
      return ids;
    });
    return (await this.#storing)[index]!;
  }

  // ── The connection ──

  #up(client: SmppClient): void {
    this.#binds++;
    this.#sender?.start(client);
  }

  #down(client: SmppClient): void {
    // The client has its last figures once the call that ended it is over.
    queueMicrotask(() => {
      const { submitted, throttled } = client.stats();
      this.#past.submitted += submitted;
      this.#past.throttled += throttled;
    });
    this.#losses++;
    this.#sender?.stop();
  }

  #linkChanged(state: BindState, detail: string | undefined): void {
    if (state === "connecting") this.#pdus.reset();
    const { account, link } = this.#place;
    const event = { account, link, state, ...(detail === undefined ? {} : { detail }) };
    this.#events.publish("link", Date.now(), event);
    console.log(JSON.stringify({ event: "link", ...event }));
    if (state === "waiting") void this.#failover.run(Date.now());
  }

  #clientOptions(account: Account): ConnectOptions {
    const { log } = this.#settings;
    return {
      ...account.options,
      retryBusy: false,
      onReport: (report) => this.#receiver.report(report, Date.now()),
      onSegment: (segment) => this.#segment(account, segment),
      onMessage: (message) => this.#receiver.message(message, Date.now()),
      beforeWrite: (octets) => this.#sender?.beforeWrite(octets, Date.now()),
      onOctets: (direction, octets) => this.#pdus.take(direction, octets, Date.now()),
      ...(log === "none" ? {} : { log: (line: string) => console.log(`${linkName(this.#place)} ${line}`), logTexts: log === "texts" }),
    };
  }

  /** Segments of one message may come in on any link of the account: the one that their key hashes to stores and joins them. */
  async #segment(account: Account, { key, digest, total, part, pdu }: Segment): Promise<void> {
    const segment = { key, digest, total, part, pdu: pdu.slice() };
    const owner = linkFor(account, key);
    if (isSamePlace(owner, this.#place)) await this.takeSegment(segment);
    else await linkAt(this.#host.env, owner).takeSegment(segment);
  }

  takeSegment(segment: InboundSegment): Promise<void> {
    return this.#receiver.segment(segment, Date.now());
  }

  /** What an inbound message asks for; STOP and START are done before it is acknowledged. */
  #optOut({ text, from, to }: StoredMessage, messageId: string): { request: OptOutRequest; act?: () => Promise<unknown> } | undefined {
    const settings = this.#settings.optOut!;
    const asked = text === undefined ? undefined : requestOf(text, settings);
    if (!asked) return undefined;
    const { request, word } = asked;
    const number = numberOf(from);
    // Nothing can be sent to letters.
    if (!/^\d+$/.test(number)) return undefined;
    const scopes = scopesFor(this.#place.account, to);
    const object = optOutsAt(this.#host.env, shardOf(number));
    if (request === "start") return { request, act: () => object.unblock(number, scopes, "keyword") };
    if (request !== "stop") return { request };
    const scope = scopes.find((own) => own.startsWith(settings.scope))!;
    return { request, act: () => object.block([{ number, scope, source: "keyword", word, messageId, at: new Date().toISOString() }]) };
  }

  async #optedOut(messages: DueMessage[]): Promise<Set<DueMessage>> {
    const asked = messages.filter(({ input }) => input.optOut !== "ignore");
    const blocks = await blocksOf(this.#host.env, asked.map(({ input }) => numberOf(input.to)));
    return new Set(asked.filter(({ input }) => isBlocked(blocks.get(numberOf(input.to)), this.#place.account, input.from)));
  }

  #isDown(now: number): boolean {
    const connection = this.#connection;
    return !connection || (connection.state !== "bound" && connection.error !== undefined && connection.downFor(now) >= this.#settings.failoverAfter);
  }

  /** Newer code is there: sends nothing more, waits for the answers, unbinds, and starts anew on that code. */
  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    await Promise.race([this.#sender?.drain(), scheduler.wait(DRAIN_LIMIT)]);
    await Promise.race([this.#connection?.close(), scheduler.wait(DRAIN_LIMIT)]);
    await this.#host.ctx.storage.sync();
    this.#host.ctx.abort("The link starts anew on newer code");
  }

  async #cancelAtSmsc(id: string): Promise<Problem | undefined> {
    const client = this.#connection?.client;
    if (!client) return problem("unavailable", this.#connection?.error ?? "The link to the SMSC is down");
    const row = this.#lists.row(id)!;
    const view = this.#lists.view(row);
    try {
      for (const part of view.parts.filter(({ messageId: own, status }) => own !== "" && status === "accepted")) {
        await client.cancel(part.messageId, { to: view.to, ...(view.from === undefined ? {} : { from: view.from }) });
      }
    } catch (error) {
      if (!(error instanceof SmppError)) throw error;
      const smpp = typeof error.code === "number" ? { smpp: { code: error.code, name: error.name } } : {};
      return problem(error.outcome === "rejected" ? "refused" : "unavailable", error.message, smpp);
    }
    this.#queue.cancelled(row.n, id, Date.now());
    return undefined;
  }

  // ── What happens by itself ──

  /** Connects if need be, and sees to the next alarm. Never waits for the bind: that would hold back reads of the socket. */
  async #wake(now: number): Promise<void> {
    this.#connection?.ensure(now);
    this.#sender?.kick();
    this.#scheduler.arm(now);
    // The first beat is 30 seconds away, and the settings may lose the link before it. Where this fails, a beat does it.
    if (!this.#registering) void this.#register().catch(() => {});
    this.#registering = true;
    if (this.#failover.hasWork) void this.#failover.run(now);
    await this.#scheduler.keepAlarm(now);
  }

  async #work(now: number): Promise<void> {
    this.#deliveries.run(now);
    this.#sender?.kick();
    if (now >= this.#purgeAt) this.#purge(now);
    await this.#receiver.search(now);
  }

  #nextDue(now: number): number | undefined {
    const queue = this.#connection?.client ? this.#queue.nextDue(now) : undefined;
    const due = [this.#deliveries.nextDue(), this.#receiver.nextDue(), queue, this.#purgeAt].filter((at) => at !== undefined && at !== Infinity);
    return due.length === 0 ? undefined : Math.min(...due as number[]);
  }

  /** One step of removing what is too old; the timer makes the next, as long as there is one. */
  #purge(now: number): void {
    const before = now - this.#settings.retention;
    const more = this.#retention.purge(before, now);
    this.#deliveries.purge(ulidFrom(before), before);
    this.#purgeAt = more ? now + PURGE_PAUSE : Infinity;
  }

  /** So that lists find the link when the settings have it no more. */
  async #register(): Promise<void> {
    const { db, env } = this.#host;
    if (readMeta(db, REGISTERED) !== undefined) return;
    await registryOf(env).register(linkName(this.#place));
    writeMeta(db, REGISTERED, "1");
  }

  #isEmpty(): boolean {
    const { waiting } = this.#deliveries.count();
    return waiting === 0 && this.#nextDue(Date.now()) === undefined && this.#lists.isEmpty() && this.#inbound.isEmpty();
  }

  /** The other links of the account, as the settings have them. */
  #otherLinks(): Place[] {
    return allLinks(this.#settings).filter((at) => at.account === this.#place.account && !isSamePlace(at, this.#place));
  }

  /** Asks the link that the message went by if this account has only links of now, then the others. */
  async #offer(offers: { offer: ReportOffer; recipient: string }[]): Promise<boolean[]> {
    const taken = offers.map(() => false);
    const others = this.#otherLinks();
    if (others.length === 0) return taken;
    const ask = async (link: Place, indexes: number[]) => {
      if (indexes.length === 0) return;
      const answers = await linkAt(this.#host.env, link).claim(indexes.map((i) => offers[i]!.offer)).catch(() => []);
      indexes.forEach((index, i) => {
        taken[index] ||= answers[i] ?? false;
      });
    };
    const account = this.#account;
    if (account) {
      const likely = offers.map(({ recipient }) => linkFor(account, recipient).link);
      await Promise.all(others.map((link) => ask(link, [...offers.keys()].filter((i) => likely[i] === link.link))));
    }
    const left = [...offers.keys()].filter((i) => !taken[i]);
    await Promise.all(others.map((link) => ask(link, left)));
    return taken;
  }

  #changed(id: string, status: MessageStatus, error: MessageError | undefined, url: string | undefined): void {
    const now = Date.now();
    this.extension?.changed(id);
    if (status === "accepted") this.#connection?.proved();
    this.#reached[status] = (this.#reached[status] ?? 0) + 1;
    this.#events.publish("message", now, { id, status, ...(error ? { error } : {}) });
    if (!error || status === "queued") return;
    const event = { id, status, error, account: this.#place.account };
    this.#deliveries.add(messageId(ulid(now), this.#place), "message.ended", event, now, url);
    const application = this.#origin(id);
    if (application) this.#deliveries.addFor(application, messageId(ulid(now), this.#place), "message.ended", event, now);
  }

  /** The application that sent the message, and what its receipt needs of that. */
  #origin(id: string): ApplicationOrigin | undefined {
    const { applications } = extensions;
    const row = applications && this.#lists.row(id);
    return row && applications.origin(row.caller, id, () => JSON.parse(row.input) as MessageInput);
  }

  #view(): LinkView {
    const account = this.#account;
    const fault = account?.fault;
    const url = account && fault === undefined ? new URL(account.url) : undefined;
    const connection = this.#connection;
    const stats = connection?.client?.stats();
    const { boundAt, retryAt, error = fault } = connection ?? {};
    return {
      account: this.#place.account, link: this.#place.link,
      state: fault === undefined ? connection?.state ?? "down" : "misconfigured",
      smsc: url?.host ?? "",
      systemId: decodeURIComponent(url?.username ?? ""),
      ...(boundAt === undefined ? {} : { boundAt: new Date(boundAt).toISOString() }),
      ...(retryAt === undefined ? {} : { retryAt: new Date(retryAt).toISOString() }),
      ...(error === undefined ? {} : { error }),
      window: account?.options.window ?? DEFAULT_WINDOW,
      ...(account?.options.rate === undefined ? {} : { rate: account.options.rate }),
      inFlight: stats?.inFlight ?? 0,
      queued: this.#queue.waiting,
      rtt: stats?.rtt ?? 0,
    };
  }
}

function joinOptions(account: Account | undefined): JoinOptions {
  const { defaultAlphabet, messageIdFormat, plainReceipts } = account?.options ?? {};
  return { ...(defaultAlphabet === undefined ? {} : { defaultAlphabet }), ...(messageIdFormat === undefined ? {} : { messageIdFormat }), ...(plainReceipts === undefined ? {} : { plainReceipts }) };
}

function isNewer(version: CodeVersion, own: CodeVersion | undefined): boolean {
  return own !== undefined && version.id !== own.id && Date.parse(version.timestamp) > Date.parse(own.timestamp);
}
