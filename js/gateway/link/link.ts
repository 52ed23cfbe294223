import { DurableObject } from "cloudflare:workers";
import type { GatewayEnv } from "../model/config.ts";
import type { DeadLetter, EventType } from "../model/delivery-event.ts";
import { parseLinkName } from "../model/ids.ts";
import type { OptOut } from "../model/opt-out.ts";
import type { Problem } from "../model/problem.ts";
import type { InboundView, LinkView, MessageView } from "../model/views.ts";
import { AdmissionKeeper } from "./admission.ts";
import type { Admission, AdmissionApi, CodeVersion, EnqueueResult, Erased, ExtensionApi, LegacyClaim, LinkApi, LinkMetrics, ListPart, ListQuery, NewMessage, OptOutApi, RegistryApi, Traffic } from "./api.ts";
import { createTables, Database, readMeta, writeMeta } from "./database.ts";
import { extensions, type ExtensionObject } from "./extensions.ts";
import type { ReportOffer } from "./receiver.ts";
import { OptOutKeeper } from "./opt-outs.ts";
import { Registry } from "./registry.ts";
import { RunningLink } from "./running-link.ts";
import { BEAT } from "./scheduler.ts";
import type { InboundSegment } from "./store/inbound-segments.ts";
import { ADMISSION, linkNamed, OPT_OUTS, REGISTRY } from "./stub.ts";

/** What an object of the class is, by its name. */
type Role = { link: RunningLink } | { admission: AdmissionKeeper } | { registry: Registry } | { optOuts: OptOutKeeper } | { extension: ExtensionObject };

/**
 * The class of all objects of the gateway, so that users bind but one: a link by the name `<account>/<number>`, and the few that keep what
 * belongs to no link. It only passes calls on.
 */
export class SmppLink extends DurableObject<GatewayEnv> implements LinkApi, AdmissionApi, RegistryApi, OptOutApi, ExtensionApi {
  /** Why the object can't work, if it can't: a setting, until it is repaired. */
  readonly #fault: unknown;
  readonly #role: Role | undefined;

  constructor(ctx: DurableObjectState, env: GatewayEnv) {
    super(ctx, env);
    try {
      this.#role = ctx.storage.transactionSync(() => roleOf(ctx, env));
    } catch (error) {
      // Thrown from here it would end the alarm for good, and with it what the object would do once it can.
      this.#fault = error;
    }
  }

  /** Does what is due: connects, sends, delivers events, removes what is too old. */
  override async alarm(): Promise<void> {
    try {
      await this.#link.beat();
    } catch (error) {
      console.error(JSON.stringify({ event: "alarm", object: this.ctx.id.name ?? "", detail: String(error) }));
      await this.ctx.storage.setAlarm(Date.now() + BEAT);
    }
  }

  override fetch(request: Request): Promise<Response> {
    return this.#link.events(request);
  }

  async status(version?: CodeVersion): Promise<LinkView> {
    return this.#link.status(version);
  }

  /** The figures of the link for `/metrics`. */
  async metrics(): Promise<LinkMetrics> {
    return this.#link.metrics();
  }

  async enqueue(messages: NewMessage[], ifUp: boolean, nonce?: string, again?: boolean): Promise<EnqueueResult> {
    return this.#link.enqueue(messages, ifUp, nonce, again);
  }

  async known(nonce: string): Promise<[number, string][]> {
    return this.#link.known(nonce);
  }

  async existing(ids: string[]): Promise<string[]> {
    return this.#link.existing(ids);
  }

  /** A message of this link; undefined if there is none by that id. */
  async message(id: string): Promise<MessageView | undefined> {
    return this.#link.message(id);
  }

  async listPart(query: ListQuery): Promise<ListPart> {
    return this.#link.listPart(query);
  }

  async erase(number: string, n: number, id: string): Promise<Erased> {
    return this.#link.erase(number, n, id);
  }

  async traffic(limit: number): Promise<Traffic[]> {
    return this.#link.traffic(limit);
  }

  /** Inbound messages of this link, the newest first. */
  async inbound(before: string | undefined, limit: number): Promise<InboundView[]> {
    return this.#link.inbound(before, limit);
  }

  /** Events that could not be delivered, the newest first. */
  async deadLetters(before: string | undefined, limit: number): Promise<DeadLetter[]> {
    return this.#link.deadLetters(before, limit);
  }

  /** Delivers a dead letter again; false if there is none by that id. */
  async replay(id: string): Promise<boolean> {
    return this.#link.replay(id);
  }

  async cancel(id: string): Promise<{ message: MessageView } | { problem: Problem }> {
    return this.#link.cancel(id);
  }

  async claim(offers: ReportOffer[]): Promise<boolean[]> {
    return this.#link.claim(offers);
  }

  async takeSegment(segment: InboundSegment): Promise<void> {
    await this.#link.takeSegment(segment);
  }

  async announce(type: EventType, data: object): Promise<void> {
    return this.#link.announce(type, data);
  }

  async legacyClaim(caller: string, key: string): Promise<LegacyClaim | undefined> {
    return this.#link.legacyClaim(caller, key);
  }

  async admit(caller: string, rate: number | undefined, count: number, idempotency?: { key: string; fingerprint: string; layout: string; home: string }): Promise<Admission> {
    return this.#as("admission").admit(caller, rate, count, idempotency);
  }

  /** Notes a link, in the object that knows all of them. */
  async register(link: string): Promise<void> {
    return this.#as("registry").register(link);
  }

  /** The links that were ever used. */
  async registered(): Promise<string[]> {
    return this.#as("registry").registered();
  }

  async blocks(numbers: string[]): Promise<[string, string][]> {
    return this.#as("optOuts").blocks(numbers);
  }

  async block(entries: OptOut[]): Promise<void> {
    return this.#as("optOuts").block(entries);
  }

  async unblock(number: string, scopes?: string[], source?: OptOut["source"]): Promise<number> {
    return this.#as("optOuts").unblock(number, scopes, source);
  }

  async hide(number: string): Promise<void> {
    return this.#as("optOuts").hide(number);
  }

  async blocked(number: string, scope: string, limit: number): Promise<OptOut[]> {
    return this.#as("optOuts").blocked(number, scope, limit);
  }

  async extend(method: string, ...values: unknown[]): Promise<unknown> {
    const role = this.#role;
    const extension = role && "link" in role ? role.link.extension! : this.#as("extension");
    return extension[method]!(...values as never[]);
  }

  get #link(): RunningLink {
    return this.#as("link");
  }

  #as(role: "link"): RunningLink;
  #as(role: "admission"): AdmissionKeeper;
  #as(role: "registry"): Registry;
  #as(role: "optOuts"): OptOutKeeper;
  #as(role: "extension"): ExtensionObject;
  #as(role: "link" | "admission" | "registry" | "optOuts" | "extension"): unknown {
    if (this.#role === undefined) throw this.#fault;
    const found = Object.entries(this.#role).find(([name]) => name === role)?.[1];
    if (found === undefined) throw new Error(`${this.ctx.id.name ?? "The object"} is no ${role}`);
    return found;
  }
}

function roleOf(ctx: DurableObjectState, env: GatewayEnv): Role {
  const db = new Database(ctx.storage.sql);
  const name = ctx.id.name;
  createTables(db, name);
  // An object knows its name while it is called by it; for an alarm it is stored.
  const stored = readMeta(db, "name");
  const own = name ?? stored;
  if (own === undefined) throw new Error("A link is named <account>/<number>");
  if (stored === undefined) writeMeta(db, "name", own);
  if (own === REGISTRY) return { registry: new Registry(db) };
  if (OPT_OUTS.test(own)) return { optOuts: new OptOutKeeper(db) };
  if (ADMISSION.test(own)) {
    return { admission: new AdmissionKeeper(db, (home, caller, key) => linkNamed(env, home).legacyClaim(caller, key), Date.now()) };
  }
  const extension = extensions.objects[own.split("/")[0]!];
  if (extension) return { extension: extension(db, env) };
  const place = parseLinkName(own);
  if (!place) throw new Error("A link is named <account>/<number>");
  return { link: new RunningLink({ ctx, env, db, place }) };
}
