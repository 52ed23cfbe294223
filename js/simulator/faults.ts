import { Status } from "../server/status.ts";

/**
 * Faults on request. A message to a number that ends in `99900` and the two digits of a fault meets that fault, for
 * example +15559990020 a connection that drops in the middle of the response. By name (option `faults`, flag `--fault`)
 * a fault meets every submission, or every Nth.
 */
export const faults = {
  throttle: { digits: "01", does: "ESME_RTHROTTLED to the first two tries for the number, then accepted" },
  "queue-full": { digits: "02", does: "ESME_RMSGQFUL to the first two tries for the number, then accepted" },
  "always-throttle": { digits: "03", does: "ESME_RTHROTTLED to every try" },
  "always-queue-full": { digits: "04", does: "ESME_RMSGQFUL to every try" },
  refuse: { digits: "05", does: "ESME_RSUBMITFAIL" },
  "refuse-destination": { digits: "06", does: "ESME_RINVDSTADR" },
  "system-error": { digits: "07", does: "ESME_RSYSERR" },
  nack: { digits: "08", does: "generic_nack with ESME_RINVCMDID in place of the response" },
  late: { digits: "10", does: "the response comes late (--late)" },
  never: { digits: "11", does: "accepted, but no response ever" },
  "out-of-order": { digits: "12", does: "the response comes after that of the next submission, at the latest after --late" },
  twice: { digits: "13", does: "the response comes twice" },
  "wrong-sequence": { digits: "14", does: "before the response comes one to a sequence_number that nobody used" },
  "early-receipt": { digits: "15", does: "the receipt, asked for or not, comes before the response" },
  drop: { digits: "20", does: "accepted; half of the response, then the connection is closed" },
  close: { digits: "21", does: "accepted; the connection is closed with no response" },
  split: { digits: "22", does: "from here on this connection gets every octet in a write of its own" },
  garbage: { digits: "23", does: "octets that are no SMPP, then the response" },
  oversize: { digits: "24", does: "a header that announces 2 GiB, then the response" },
  malformed: { digits: "25", does: "a response whose message_id has no end, well framed" },
  stall: { digits: "26", does: "from here on this connection gets nothing any more, not even enquire_link_resp" },
  unbind: { digits: "27", does: "the response, then the SMSC unbinds" },
  undeliverable: { digits: "30", does: "accepted, ends undeliverable" },
  expired: { digits: "31", does: "accepted, ends expired" },
  rejected: { digits: "32", does: "accepted, ends rejected" },
  deleted: { digits: "33", does: "accepted, ends deleted" },
  unknown: { digits: "34", does: "accepted, ends unknown" },
  "no-receipt": { digits: "35", does: "accepted, stays enroute for ever" },
  "twice-receipt": { digits: "36", does: "the receipt comes twice" },
  "hex-id": { digits: "37", does: "message_id in hex in the response, in decimal in the receipt" },
} as const;

/** The name of a fault. */
export type FaultName = keyof typeof faults;

/** How many tries throttle and queue-full refuse. */
const REFUSED_TRIES = 2;
/** How many destinations are counted at once. */
const MAX_COUNTED = 10_000;

const PREFIX = "99900";
const byDigits = new Map(Object.entries(faults).map(([name, { digits }]) => [digits as string, name as FaultName]));

/** The fault that a destination number asks for. */
export function faultOfNumber(number: string): FaultName | undefined {
  return number.slice(-7, -2) === PREFIX ? byDigits.get(number.slice(-2)) : undefined;
}

/** A fault that meets every `every`th submission. */
export interface FaultRule {
  name: FaultName;
  every: number;
}

/** Reads `drop` or `drop=100`; undefined if it is neither. */
export function parseFault(text: string): FaultRule | undefined {
  const [, name, every = "1"] = /^([a-z-]+)(?:=([1-9]\d{0,8}))?$/.exec(text) ?? [];
  return name && name in faults ? { name: name as FaultName, every: Number(every) } : undefined;
}

/** Chooses the fault of each submission, counting for the rules. */
export class Faults {
  readonly #rules: (FaultRule & { seen: number })[];
  /** Tries refused so far, by destination. */
  readonly #tries = new Map<string, number>();

  constructor(rules: readonly FaultRule[]) {
    this.#rules = rules.map((rule) => ({ ...rule, seen: 0 }));
  }

  choose(destination: string): FaultName | undefined {
    const asked = faultOfNumber(destination);
    if (asked) return asked;
    let chosen: FaultName | undefined;
    for (const rule of this.#rules) {
      if (++rule.seen % rule.every === 0) chosen ??= rule.name;
    }
    return chosen;
  }

  /** The command_status that a fault refuses a submission with; undefined: it is accepted. */
  refusal(fault: FaultName | undefined, destination: string): number | undefined {
    switch (fault) {
      case "throttle":
        return this.#firstTries(destination) ? Status.ESME_RTHROTTLED : undefined;
      case "queue-full":
        return this.#firstTries(destination) ? Status.ESME_RMSGQFUL : undefined;
      case "always-throttle":
        return Status.ESME_RTHROTTLED;
      case "always-queue-full":
        return Status.ESME_RMSGQFUL;
      case "refuse":
        return Status.ESME_RSUBMITFAIL;
      case "refuse-destination":
        return Status.ESME_RINVDSTADR;
      case "system-error":
        return Status.ESME_RSYSERR;
      default:
        return undefined;
    }
  }

  /** Whether this is one of the first two tries for a number; the third is accepted and the count starts again. */
  #firstTries(destination: string): boolean {
    const tries = (this.#tries.get(destination) ?? 0) + 1;
    this.#tries.delete(destination);
    if (tries > REFUSED_TRIES) return false;
    if (this.#tries.size >= MAX_COUNTED) this.#tries.clear();
    this.#tries.set(destination, tries);
    return true;
  }
}
