import { decodePdus, type DecodedPdu } from "../../engine/codec.ts";
import type { EngineMessage } from "../../engine/types.ts";
import type { Session } from "../../server/session.ts";
import type { RequestAnswer, SubmitAnswer } from "../../server/sessions.ts";
import { Status } from "../../server/status.ts";
import { address, integer, payload, times } from "../../server/submission.ts";
import { withoutSeparators } from "../model/address.ts";
import { bare } from "../model/routes.ts";
import { callerOf, type Application } from "../model/applications.ts";
import { hasReplyAddress, senderTlv } from "../model/caller.ts";
import type { GatewayEnv } from "../model/config.ts";
import { toHex } from "../model/hex.ts";
import type { Problem } from "../model/problem.ts";
import { ConfigError } from "../model/setting.ts";
import { sendPdus, type Submission } from "../operations/send.ts";
import { messagesOf } from "./multi.ts";
import { Rate } from "./rate.ts";

/** Most messages that are stored in one call. */
const AT_ONCE = 500;
const UDHI = 0x40;
/** Longest additional_status_info_text. */
const LONGEST_TEXT = 255;

/** What is taken of a submission. */
type Taken = Pick<EngineMessage, "from" | "to" | "frames">;
type Stored = { id: string } | { error: Problem };

/** Takes messages of an application: each is answered once a link has stored it. Those of one turn are stored together. */
export class Taker {
  readonly #env: GatewayEnv;
  readonly #application: Application;
  readonly #rate: Rate | undefined;
  #gathered: { submission: Submission; resolve: (stored: Stored) => void; reject: (error: unknown) => void }[] = [];
  taken = 0;
  refused = 0;

  constructor(env: GatewayEnv, application: Application) {
    this.#env = env;
    this.#application = application;
    this.#rate = application.rate === undefined ? undefined : new Rate(application.rate, Date.now());
  }

  /** `group`: the id that its receipts name instead of its own. */
  async take(message: Taken, session: Session, bind: string, group?: string): Promise<SubmitAnswer> {
    const answer = await this.#take(message, session, bind, group);
    if (typeof answer === "object" && "messageId" in answer) this.taken++;
    else this.refused++;
    return answer;
  }

  /** Takes a submit_multi as one message for each recipient. They share the id of the response; the refused recipients are listed in it. */
  async takeMulti(pdu: DecodedPdu, session: Session, bind: string): Promise<RequestAnswer> {
    const messages = messagesOf(pdu);
    if (messages === undefined) return refused(Status.ESME_RINVDLNAME, "The gateway has no distribution lists");
    const from = address(pdu, "source");
    const group = messages.length > 1 ? crypto.randomUUID() : undefined;
    const answers = await Promise.all(messages.map((message) => this.take({ from, ...message }, session, bind, group)));
    const stored = answers.find((answer) => typeof answer === "object" && "messageId" in answer);
    const faults = answers.flatMap((answer, i) => {
      if (typeof answer === "object" && "messageId" in answer) return [];
      const { status, text } = typeof answer === "object" ? answer : { status: answer, text: "" };
      return [{ to: messages[i]!.to, status, text }];
    });
    const [first] = faults;
    if (stored === undefined) return refused(first?.status ?? Status.ESME_RINVDSTADR, first?.text ?? "A recipient is expected");
    return {
      message_id: group ?? (stored as { messageId: string }).messageId,
      unsuccess_sme: faults.map(({ to, status }) => ({ dest_addr_ton: to.ton, dest_addr_npi: to.npi, destination_addr: to.addr, error_status_code: status })),
      ...(first ? { tlvs: { additional_status_info_text: first.text.slice(0, LONGEST_TEXT) } } : {}),
    };
  }

  async #take({ from, to, frames }: Taken, session: Session, bind: string, group: string | undefined): Promise<SubmitAnswer> {
    const octets = frames[0]!;
    const pdu = toHex(octets);
    const decoded = decodePdus(octets).pdus[0]!;
    const now = Date.now();
    const when = times(decoded, now);
    if (typeof when === "number") return { status: when, text: "YYMMDDhhmmsstnnp is expected" };
    if (to.addr === "") return { status: Status.ESME_RINVDSTADR, text: "A recipient is expected" };
    if (/[^ -~]/.test(to.addr)) return { status: Status.ESME_RINVDSTADR, text: "A recipient of printable ASCII is expected" };
    if (!this.#mayUse(from)) return { status: Status.ESME_RINVSRCADR, text: "Not one of the senders of this application" };
    if (this.#application.senders && namesSender(decoded)) return { status: Status.ESME_RINVSRCADR, text: "Another sender in the message, and this application has senders of its own" };
    const wait = this.#rate?.take(now) ?? (this.#rate ? undefined : 0);
    if (wait === undefined) return { status: Status.ESME_RTHROTTLED, text: `${this.#application.rate} messages a second are the most` };
    if (wait > 0) await scheduler.wait(wait);
    let stored: Stored;
    try {
      stored = await this.#store({
        from: { ton: from.ton, npi: from.npi, addr: from.addr }, to: { ton: to.ton, npi: to.npi, addr: withoutSeparators(to.addr) }, pdu, bind,
        account: this.#application.account, expires: when.expiresAt ?? null, ...(group === undefined ? {} : { group }),
      });
    } catch (error) {
      if (error instanceof ConfigError) return { status: Status.ESME_RSYSERR, text: error.message };
      // It may be stored, or not: no answer is the only true one. The application has it as unknown.
      console.error(JSON.stringify({ event: "submission", application: this.#application.name, detail: String(error) }));
      session.destroy();
      return Status.ESME_RSYSERR;
    }
    return "id" in stored ? { messageId: stored.id } : refusalOf(stored.error);
  }

  #mayUse({ ton, npi, addr }: { ton: number; npi: number; addr: string }): boolean {
    const { senders } = this.#application;
    return senders === undefined || senders.some((sender) =>
      (typeof sender === "string" ? bare(sender) === bare(addr) : sender.addr === addr && sender.ton === ton && sender.npi === npi));
  }

  #store(submission: Submission): Promise<Stored> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ submission, resolve, reject });
      if (this.#gathered.length === 1) void scheduler.wait(0).then(() => this.#storeGathered());
      else if (this.#gathered.length >= AT_ONCE) void this.#storeGathered();
    });
  }

  async #storeGathered(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = [];
    if (gathered.length === 0) return;
    try {
      const stored = await sendPdus(this.#env, callerOf(this.#application), gathered.map(({ submission }) => submission));
      gathered.forEach(({ resolve }, i) => resolve(stored[i]!));
    } catch (error) {
      for (const { reject } of gathered) reject(error);
    }
  }
}

/** Whether a message names a sender beside its address, or another one to reply to. */
function namesSender(pdu: DecodedPdu): boolean {
  const octets = payload(pdu);
  const header = integer(pdu, "esm_class") & UDHI ? octets.subarray(1, 1 + (octets[0] ?? 0)) : undefined;
  const tlvs = pdu.tlvs.filter(({ name }) => name !== "message_payload").flatMap(({ tag }) => [tag >> 8, tag & 0xff, 0, 0]);
  return (header !== undefined && hasReplyAddress(header)) || senderTlv(Uint8Array.from(tlvs)) !== undefined;
}

function refused(status: number, text: string): RequestAnswer {
  return { status, tlvs: { additional_status_info_text: text.slice(0, LONGEST_TEXT) } };
}

function refusalOf({ status, detail, title, type }: Problem): SubmitAnswer {
  const text = detail ?? title;
  if (type.endsWith("queue-full")) return { status: Status.ESME_RMSGQFUL, text };
  if (status === 422) return { status: Status.ESME_RINVDSTADR, text };
  // Limits: applications repeat at once what is throttled.
  if (status === 429 || status === 409) return { status: Status.ESME_RSUBMITFAIL, text };
  return { status: Status.ESME_RSYSERR, text };
}
