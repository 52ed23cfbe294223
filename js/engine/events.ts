// Reads the events that the module has written, one batch a call, and passes them to a sink.

import {
  AnswerableWords, BIND_TYPES, BindRequestWords, BoundWords, CLOSE_KINDS, ConnectWords, DisconnectWords, Kind, LogWords, MessageWords, NoTransceiverWords,
  OtherPduWords, PlaceWords, ReportEventWords, SegmentWords, SettledWords, WithdrawnWords, type Outcome,
} from "#boundary";
import { Batch } from "./reader.ts";
import type { BindRequest, CloseDetail, EngineMessage, LinkSink, Report, Segment } from "./types.ts";

/** A request of one connection as one number. */
function requestAt({ words }: Batch, at: number): number {
  return words[at + AnswerableWords.connection]! * 4294967296 + words[at + AnswerableWords.number]!;
}

const pdu = (batch: Batch): Uint8Array => batch.octetsAt(batch.pass(PlaceWords.WORDS));
const number = (batch: Batch): number => batch.number();

function message(batch: Batch, at: number): EngineMessage {
  const { words } = batch;
  const total = words[at + MessageWords.total]!;
  return {
    command: batch.textAt(at + MessageWords.command),
    sequence: words[at + MessageWords.sequence]!,
    from: batch.addressAt(at + MessageWords.from),
    to: batch.addressAt(at + MessageWords.to),
    serviceType: batch.textAt(at + MessageWords.serviceType),
    esmClass: words[at + MessageWords.esmClass]!,
    protocolId: words[at + MessageWords.protocolId]!,
    priority: words[at + MessageWords.priority]!,
    registeredDelivery: words[at + MessageWords.registeredDelivery]!,
    dataCoding: words[at + MessageWords.dataCoding]!,
    encoding: batch.textAt(at + MessageWords.encoding),
    text: batch.optionalTextAt(at + MessageWords.text),
    binary: batch.optionalOctetsAt(at + MessageWords.binary),
    udh: batch.optionalOctetsAt(at + MessageWords.udh),
    concat: total === 0 ? undefined : { reference: words[at + MessageWords.reference]!, total, part: words[at + MessageWords.part]! },
    segments: words[at + MessageWords.segments]!,
    complete: words[at + MessageWords.complete] === 1,
    missing: batch.list(number),
    frames: batch.list(pdu),
  };
}

function segment(batch: Batch, at: number): Segment {
  const { words } = batch;
  return {
    key: batch.textAt(at + SegmentWords.key),
    digest: batch.textAt(at + SegmentWords.digest),
    reference: words[at + SegmentWords.reference]!,
    total: words[at + SegmentWords.total]!,
    part: words[at + SegmentWords.part]!,
    pdu: batch.octetsAt(at + SegmentWords.pdu),
  };
}

function bindRequest(batch: Batch, at: number): BindRequest {
  const { words } = batch;
  return {
    bind: BIND_TYPES[words[at + BindRequestWords.bind]!] ?? "transceiver",
    version: words[at + BindRequestWords.version]!,
    addrTon: words[at + BindRequestWords.addrTon]!,
    addrNpi: words[at + BindRequestWords.addrNpi]!,
    systemId: batch.textAt(at + BindRequestWords.systemId),
    password: batch.textAt(at + BindRequestWords.password),
    systemType: batch.textAt(at + BindRequestWords.systemType),
    addressRange: batch.textAt(at + BindRequestWords.addressRange),
  };
}

/** What a link does itself about the life of its connection. */
export interface LifeSink {
  connect(endpoint: number): void;
  disconnect(detail: CloseDetail): void;
}

function closeDetail(batch: Batch, at: number): CloseDetail {
  const { words } = batch;
  const kind = CLOSE_KINDS[words[at + DisconnectWords.why]!] ?? "lost";
  const detail: CloseDetail = { kind, message: batch.textAt(at + DisconnectWords.message) };
  const [info, retryIn] = [batch.optionalTextAt(at + DisconnectWords.info), batch.optionalNumberAt(at + DisconnectWords.retryIn)];
  if (kind === "refused") detail.status = words[at + DisconnectWords.status]!;
  if (info !== undefined) detail.info = info;
  if (retryIn !== undefined) detail.retryIn = retryIn;
  return detail;
}

/** Passes on how a segment or request ended. */
function settle(batch: Batch, sink: LinkSink, receive: LinkSink["settled"]): void {
  const { words } = batch;
  const at = batch.pass(SettledWords.WORDS);
  const messageId = batch.textAt(at + SettledWords.messageId);
  receive.call(
    sink,
    words[at + SettledWords.ticket]!,
    words[at + SettledWords.index]!,
    words[at + SettledWords.outcome] as Outcome,
    words[at + SettledWords.status]!,
    messageId,
    batch.optionalTextAt(at + SettledWords.key) ?? messageId,
    batch.optionalOctetsAt(at + SettledWords.frame),
    batch.optionalTextAt(at + SettledWords.info),
  );
}

const ignore = (): void => {};

/**
 * Reads the batch that the doubles from number `block` on describe. The sink receives results at once, everything else from the calls that
 * are returned: such a call may end the session.
 */
export function readEvents(block: number, sink: LinkSink, life: LifeSink): (() => void)[] {
  const batch = new Batch(block);
  const calls: (() => void)[] = [];
  while (batch.more) {
    switch (batch.words[batch.at]) {
      case Kind.Settled:
        // The hot one: settling calls nobody back before this turn is over, so it need not wait.
        settle(batch, sink, sink.settled);
        break;
      case Kind.Late:
        settle(batch, sink, sink.late ?? ignore);
        break;
      case Kind.Report: {
        const from = requestAt(batch, batch.pass(ReportEventWords.WORDS) + ReportEventWords.request);
        const { report, key } = batch.report();
        calls.push(() => sink.report(report, from, key));
        break;
      }
      case Kind.Message: {
        const at = batch.pass(MessageWords.WORDS);
        const from = requestAt(batch, at + MessageWords.request);
        const what = message(batch, at);
        calls.push(() => sink.message(what, from));
        break;
      }
      case Kind.Segment: {
        const at = batch.pass(SegmentWords.WORDS);
        const from = requestAt(batch, at + SegmentWords.request);
        const what = segment(batch, at);
        calls.push(() => sink.segment?.(what, from));
        break;
      }
      case Kind.Withdrawn: {
        const which = requestAt(batch, batch.pass(WithdrawnWords.WORDS) + WithdrawnWords.request);
        calls.push(() => sink.withdrawn?.(which));
        break;
      }
      case Kind.OtherPdu: {
        const at = batch.pass(OtherPduWords.WORDS);
        const from = requestAt(batch, at + OtherPduWords.request);
        const frame = batch.octetsAt(at + OtherPduWords.frame);
        const error = batch.optionalTextAt(at + OtherPduWords.error);
        calls.push(() => sink.request(frame, from, error));
        break;
      }
      case Kind.Bound: {
        const at = batch.pass(BoundWords.WORDS);
        const peer = { systemId: batch.textAt(at + BoundWords.systemId), version: batch.words[at + BoundWords.version]! };
        calls.push(() => sink.bound(peer));
        break;
      }
      case Kind.BindRequest: {
        const at = batch.pass(BindRequestWords.WORDS);
        const from = requestAt(batch, at + BindRequestWords.request);
        const what = bindRequest(batch, at);
        calls.push(() => sink.bindRequest(what, from));
        break;
      }
      case Kind.Log: {
        const line = batch.textAt(batch.pass(LogWords.WORDS) + LogWords.line);
        calls.push(() => sink.log(line));
        break;
      }
      case Kind.Connect: {
        const endpoint = batch.words[batch.pass(ConnectWords.WORDS) + ConnectWords.endpoint]!;
        calls.push(() => life.connect(endpoint));
        break;
      }
      case Kind.NoTransceiver:
        batch.pass(NoTransceiverWords.WORDS);
        calls.push(() => sink.noTransceiver?.());
        break;
      case Kind.Disconnect: {
        const detail = closeDetail(batch, batch.pass(DisconnectWords.WORDS));
        calls.push(() => life.disconnect(detail));
        break;
      }
      default:
        throw new Error(`an event of no kind: ${batch.words[batch.at]}`);
    }
  }
  batch.release();
  return calls;
}

/** Reads the one message or report that the doubles from number `block` on describe. */
export function readJoined(block: number): { message: EngineMessage } | { report: Report } | undefined {
  const batch = new Batch(block);
  if (!batch.more) return undefined;
  if (batch.words[batch.at] === Kind.Message) return { message: message(batch, batch.pass(MessageWords.WORDS)) };
  batch.pass(ReportEventWords.WORDS);
  return { report: batch.report().report };
}
