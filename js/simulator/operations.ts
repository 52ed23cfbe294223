import type { DecodedPdu, Field } from "../engine/codec.ts";
import { smppTime } from "../engine/codec.ts";
import type { Address } from "../engine/types.ts";
import type { RequestAnswer } from "../server/sessions.ts";
import type { Session } from "../server/session.ts";
import { Status } from "../server/status.ts";
import type { SimulatedSmsc } from "./simulated-smsc.ts";
import { isPending, messageState, sameAddress, type SimulatedMessage } from "./store.ts";
import { address, integer, payload, text, times, value } from "../server/submission.ts";

/** submit_multi: one identifier for all recipients that are taken; the others are listed with their status. */
export function submitMulti(simulated: SimulatedSmsc, pdu: DecodedPdu, session: Session): RequestAnswer {
  const when = times(pdu, Date.now());
  if (typeof when === "number") return when;
  const recipients = destinations(pdu);
  if (recipients === undefined) return Status.ESME_RINVDLNAME;
  if (!simulated.store.hasRoom(recipients.length)) return Status.ESME_RMSGQFUL;
  const id = simulated.newId(session, undefined);
  const refused: Record<string, unknown>[] = [];
  for (const to of recipients) {
    const fault = simulated.faults.choose(to.addr);
    const status = simulated.faults.refusal(fault, to.addr);
    if (status === undefined) simulated.accept({ pdu, session, id, to, text: pdu.text?.value, when, fault });
    else {
      refused.push({
        dest_addr_ton: to.ton,
        dest_addr_npi: to.npi,
        destination_addr: to.addr,
        error_status_code: status,
      });
    }
  }
  return { message_id: id.inResponse, unsuccess_sme: refused };
}

/** query_sm: the state of a message with one recipient. */
export function query(simulated: SimulatedSmsc, pdu: DecodedPdu, session: Session): RequestAnswer {
  const found = find(simulated, pdu, session);
  if (found.length === 0) return Status.ESME_RINVMSGID;
  const [message] = found.filter((one) => fromSame(one, pdu));
  if (!message || found.length > 1) return Status.ESME_RQUERYFAIL;
  return {
    message_id: message.id,
    final_date: message.doneAt === undefined ? "" : smppTime(new Date(message.doneAt)),
    message_state: messageState(message),
    error_code: 0,
  };
}

/** cancel_sm: one message, or with an empty message_id all pending ones of these addresses and service_type. */
export function cancel(simulated: SimulatedSmsc, pdu: DecodedPdu, session: Session): RequestAnswer {
  const named = text(pdu, "message_id") !== "";
  const found = named ? find(simulated, pdu, session) : alike(simulated, pdu, session);
  if (named && found.length === 0) return Status.ESME_RINVMSGID;
  const pending = found.filter((message) => isPending(message) && fromSame(message, pdu));
  if (pending.length === 0) return Status.ESME_RCANCELFAIL;
  for (const message of pending) void simulated.end(message, "deleted");
  return Status.ESME_ROK;
}

/** replace_sm: other octets, times and registered_delivery for a pending message. */
export function replace(simulated: SimulatedSmsc, pdu: DecodedPdu, session: Session): RequestAnswer {
  const found = find(simulated, pdu, session);
  if (found.length === 0) return Status.ESME_RINVMSGID;
  const [message] = found.filter((one) => isPending(one) && fromSame(one, pdu));
  if (!message || found.length > 1) return Status.ESME_RREPLACEFAIL;
  const when = times(pdu, Date.now(), message);
  if (typeof when === "number") return when;
  message.scheduledAt = when.scheduledAt;
  message.expiresAt = when.expiresAt;
  message.octets = payload(pdu);
  message.text = pdu.text?.value;
  message.registeredDelivery = integer(pdu, "registered_delivery");
  simulated.start(message);
  return Status.ESME_ROK;
}

/** The account's messages of the message_id. */
function find(simulated: SimulatedSmsc, pdu: DecodedPdu, session: Session): SimulatedMessage[] {
  return simulated.store.get(text(pdu, "message_id")).filter((message) => message.systemId === session.systemId);
}

/** The account's messages with the addresses and, if given, the service_type of the PDU. */
function alike(simulated: SimulatedSmsc, pdu: DecodedPdu, session: Session): SimulatedMessage[] {
  const to = address(pdu, "dest");
  const serviceType = text(pdu, "service_type");
  return [...simulated.store.all()].filter(
    (message) =>
      message.systemId === session.systemId &&
      sameAddress(message.to, to) &&
      (serviceType === "" || message.serviceType === serviceType),
  );
}

/** Whether the PDU names the sender of the message, or none. */
function fromSame(message: SimulatedMessage, pdu: DecodedPdu): boolean {
  const from = address(pdu, "source");
  return from.addr === "" || sameAddress(message.from, from);
}

/** The recipients of a submit_multi; undefined if a distribution list is among them, since there are none here. */
function destinations(pdu: DecodedPdu): Address[] | undefined {
  const found: Address[] = [];
  for (const entry of list(value(pdu, "dest_address"))) {
    const parts = new Map(list(entry.value).map((part) => [part.name, part.value]));
    if (!parts.has("destination_addr")) return undefined;
    found.push({
      ton: Number(parts.get("dest_addr_ton")),
      npi: Number(parts.get("dest_addr_npi")),
      addr: String(parts.get("destination_addr")),
    });
  }
  return found;
}

function list(of: Field["value"] | undefined): Field[] {
  return Array.isArray(of) ? of : [];
}
