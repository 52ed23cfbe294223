// query_sm and cancel_sm of an application.

import type { DecodedPdu } from "../../engine/codec.ts";
import { states, type MessageStatus as ReceiptStatus } from "../../server/receipt.ts";
import type { RequestAnswer } from "../../server/sessions.ts";
import { Status } from "../../server/status.ts";
import { text } from "../../server/submission.ts";
import { callerOf, type Application } from "../model/applications.ts";
import type { GatewayEnv } from "../model/config.ts";
import { ProblemError } from "../model/problem.ts";
import type { MessageStatus } from "../model/views.ts";
import { cancelMessage, messageById } from "../operations/read.ts";

/** A state of the gateway as SMPP names it. */
export function receiptStatus(status: MessageStatus): ReceiptStatus {
  if (status === "queued" || status === "sent" || status === "accepted") return "enroute";
  return status === "failed" ? "rejected" : status;
}

/** Answers a request other than a submission. A message that is being replaced would get another id: there is no replace_sm. */
export async function answer(env: GatewayEnv, application: Application, pdu: DecodedPdu): Promise<RequestAnswer> {
  const id = text(pdu, "message_id");
  switch (pdu.command) {
    case "query_sm":
      return asked(Status.ESME_RQUERYFAIL, async () => {
        const { status, parts } = await messageById(env, callerOf(application), id);
        const done = parts[0]?.doneAt;
        return {
          message_id: id, message_state: states[receiptStatus(status)].code, error_code: 0,
          final_date: done === undefined ? "" : `${done.replace(/\D/g, "").slice(2, 14)}000+`,
        };
      });
    case "cancel_sm":
      return asked(Status.ESME_RCANCELFAIL, async () => {
        await cancelMessage(env, callerOf(application), id);
        return {};
      });
    default:
      return Status.ESME_RINVCMDID;
  }
}

async function asked(failed: number, ask: () => Promise<RequestAnswer>): Promise<RequestAnswer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { status, detail, title } = error.problem;
    return { status: status === 404 ? Status.ESME_RINVMSGID : failed, tlvs: { additional_status_info_text: detail ?? title } };
  }
}
