import { DurableObject } from "cloudflare:workers";
import { accept } from "../../server/accept.ts";
import type { Session } from "../../server/session.ts";
import type { ServerOptions } from "../../server/sessions.ts";
import { Status } from "../../server/status.ts";
import { extensions } from "../link/extensions.ts";
import { Database } from "../link/database.ts";
import { Scheduler } from "../link/scheduler.ts";
import { applicationsOf, type Application } from "../model/applications.ts";
import type { GatewayEnv } from "../model/config.ts";
import type { ApplicationEvent, DeadLetter } from "../model/delivery-event.ts";
import type { ApplicationView } from "../model/views.ts";
import { Binds } from "./binds.ts";
import { Mailbox } from "./mailbox.ts";
import { answer } from "./requests.ts";
import { support } from "./support.ts";
import { Taker } from "./taker.ts";

/** Longest time for a bind, and between signs of life, in milliseconds. */
const SESSION_INIT = 30_000;
const ENQUIRE_LINK = 30_000;
/** Unanswered messages of one bind, before ESME_RMSGQFUL. */
const MOST_UNANSWERED = 1_000;

extensions.applications = support;

/** An application: its binds, its limits, and what is kept for it. The object is named after it. */
export class SmppApplication extends DurableObject<GatewayEnv> {
  readonly #name: string;
  readonly #mailbox: Mailbox;
  readonly #scheduler: Scheduler;
  readonly #binds: Binds | undefined;
  readonly #taker: Taker | undefined;
  readonly #options: ServerOptions;
  readonly #systemId: string;
  /** When binds were let in. */
  readonly #since = new WeakMap<Session, string>();
  #tidyAt: number | null | undefined;

  constructor(ctx: DurableObjectState, env: GatewayEnv) {
    super(ctx, env);
    const db = new Database(ctx.storage.sql);
    this.#name = ctx.id.name ?? "";
    const application = this.#application();
    this.#systemId = application?.systemId ?? "";
    this.#binds = application && new Binds(application, Date.now().toString(36));
    this.#taker = application && new Taker(env, application);
    this.#options = application ? this.#serverOptions(application, this.#binds!, this.#taker!) : { authenticate: () => Status.ESME_RINVSYSID };
    this.#scheduler = new Scheduler({ storage: ctx.storage, nextDue: () => this.#mailbox.nextDue(), work: async (now) => this.#mailbox.run(now) });
    this.#mailbox = new Mailbox(db, this.#binds, () => this.#scheduler.arm(Date.now()), (entry) => console.error(JSON.stringify({ application: this.#name, ...entry })));
  }

  /** A connection with a bind of this application, whose peer is named by the address that the object was called by. */
  override async connect(socket: Socket): Promise<void> {
    const { localAddress = "" } = await socket.opened;
    const session = await accept(socket, this.#options, localAddress);
    await session.closed;
  }

  /** Stores what is for the application. It is here when this returns; an event that came before is not taken again. */
  async take(events: ApplicationEvent[]): Promise<void> {
    this.#mailbox.take(events, Date.now());
    await this.#keepTidy();
  }

  /** The binds of the application, and what waits for it. */
  async status(): Promise<ApplicationView> {
    const binds = (this.#binds?.all ?? []).map((session) => {
      const { received, sent, inFlight } = session.stats();
      return { type: session.bindType, address: session.remoteAddress, since: this.#since.get(session) ?? "", received, sent, inFlight };
    });
    const { delivered, failed } = this.#mailbox.metrics();
    return { name: this.#name, systemId: this.#systemId, binds, taken: this.#taker?.taken ?? 0, refused: this.#taker?.refused ?? 0, delivered, failed, ...this.#mailbox.count() };
  }

  /** Events that could not be delivered to it, the newest first. */
  async deadLetters(before: string | undefined, limit: number): Promise<DeadLetter[]> {
    return this.#mailbox.dead(before, limit);
  }

  /** Delivers a dead letter again; false if there is none by that id. */
  async replay(id: string): Promise<boolean> {
    return this.#mailbox.replay(id, Date.now());
  }

  /** Removes what waits that has a phone number as a value. */
  async erase(number: string): Promise<void> {
    this.#mailbox.erase(number);
  }

  /** Delivers what is due, and removes what is too old. */
  override async alarm(): Promise<void> {
    this.#tidyAt = undefined;
    await this.#keepTidy();
  }

  #application(): Application | undefined {
    try {
      return applicationsOf(this.env).find(({ name }) => name === this.#name);
    } catch (error) {
      console.error(JSON.stringify({ event: "application", application: this.#name, detail: String(error) }));
      return undefined;
    }
  }

  #serverOptions(application: Application, binds: Binds, taker: Taker): ServerOptions {
    return {
      assumeVersion: "3.4",
      window: application.window,
      enquireLink: ENQUIRE_LINK,
      sessionInit: SESSION_INIT,
      // A bind that only takes receipts has nothing to say: enquire_link finds those that are dead.
      inactivity: 0,
      maxUnacknowledged: MOST_UNANSWERED,
      // What is being stored has no other answer than what came of that.
      acknowledgeTimeout: 0,
      authenticate: (bind, session) => binds.admit(bind, session),
      onSession: (session) => {
        this.#since.set(session, new Date().toISOString());
        this.#log(session, "bound");
      },
      onClosed: (session) => {
        if (binds.nameOf(session) !== "") this.#log(session, "closed");
        binds.remove(session);
      },
      onSubmit: (message, session) => taker.take(message, session, binds.nameOf(session)),
      onRequest: (pdu, session) => (pdu.command === "submit_multi" ? taker.takeMulti(pdu, session, binds.nameOf(session)) : answer(this.env, application, pdu)),
    };
  }

  #log(session: Session, state: "bound" | "closed"): void {
    console.log(JSON.stringify({ event: "bind", application: this.#name, state, type: session.bindType, address: session.remoteAddress }));
    this.#scheduler.arm(Date.now());
  }

  /** Sees that what is too old goes, also when nobody is bound. */
  async #keepTidy(): Promise<void> {
    const now = Date.now();
    this.#scheduler.arm(now);
    if (this.#tidyAt === undefined) this.#tidyAt = await this.ctx.storage.getAlarm();
    if (this.#tidyAt !== null && this.#tidyAt > now) return;
    const next = this.#mailbox.tidy(now);
    this.#tidyAt = next ?? null;
    if (next !== undefined) await this.ctx.storage.setAlarm(next);
  }
}
