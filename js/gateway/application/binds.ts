import type { BindRequest } from "../../engine/types.ts";
import type { Session } from "../../server/session.ts";
import type { BindAnswer } from "../../server/sessions.ts";
import { Status } from "../../server/status.ts";
import type { Application } from "../model/applications.ts";
import { Credentials } from "./credentials.ts";
import { isIn } from "./networks.ts";

/** How long a bind has to show that it is alive when another one wants its place, in milliseconds. */
const ALIVE_WITHIN = 3_000;
const LOOK_EVERY = 50;

/** Who is bound, and who may bind. */
export class Binds {
  readonly #application: Application;
  readonly #credentials: Credentials;
  /** Those that were let in, bound or about to be. */
  readonly #sessions = new Map<Session, string>();
  readonly #life: string;
  #last = 0;

  /** `life`: differs with each life of the object, so that names of binds do. */
  constructor(application: Application, life: string) {
    this.#application = application;
    this.#credentials = new Credentials(application.password);
    this.#life = life;
  }

  /** Lets a bind in, or says why not. */
  async admit({ password }: BindRequest, session: Session): Promise<BindAnswer> {
    const { addresses, binds } = this.#application;
    if (addresses && !isIn(session.remoteAddress, addresses)) return { status: Status.ESME_RBINDFAIL, text: `${session.remoteAddress} may not bind; expected one of the addresses that are set` };
    if (!await this.#credentials.check(password)) return { status: Status.ESME_RINVPASWD, text: "The password is wrong" };
    if (this.#sessions.size >= binds) await this.#evict();
    if (this.#sessions.size >= binds) return { status: Status.ESME_RBINDFAIL, text: `${binds} binds are open, which is the most` };
    this.#sessions.set(session, `${this.#life}-${++this.#last}`);
    return true;
  }

  /** A session is over: its place is free. */
  remove(session: Session): void {
    this.#sessions.delete(session);
  }

  /** The name of a bind. */
  nameOf(session: Session): string {
    return this.#sessions.get(session) ?? "";
  }

  get all(): Session[] {
    return [...this.#sessions.keys()].filter(({ isBound }) => isBound);
  }

  /** How many messages may be without an answer at a time. */
  get room(): number {
    return this.receiving.length * this.#application.window;
  }

  /** Those that messages can be sent to. */
  get receiving(): Session[] {
    return [...this.#sessions.keys()].filter(({ receives }) => receives);
  }

  /** The bind to send to: the named one, else the one with the least on its way; undefined if each has a full window. */
  choose(name: string | undefined): Session | undefined {
    const open = this.receiving.map((session) => ({ session, load: load(session) })).filter((each) => each.load < this.#application.window);
    const own = open.find(({ session }) => this.#sessions.get(session) === name);
    return (own ?? open.sort((a, b) => a.load - b.load)[0])?.session;
  }

  /** Ends the binds that don't answer any more. */
  async #evict(): Promise<void> {
    await Promise.all([...this.#sessions.keys()].map(async (session) => {
      const heard = () => session.stats().octetsIn;
      const before = heard();
      session.enquire();
      for (let waited = 0; waited < ALIVE_WITHIN; waited += LOOK_EVERY) {
        await scheduler.wait(LOOK_EVERY);
        if (heard() > before) return;
      }
      session.destroy();
      this.#sessions.delete(session);
    }));
  }
}

function load(session: Session): number {
  const { inFlight, queued } = session.stats();
  return inFlight + queued;
}
