import { countSegments, EngineError } from "../../client/index.ts";
import { encodeTlvs } from "../../engine/codec.ts";
import { measureSegments } from "../../engine/segments.ts";
import type { Admission, NewMessage } from "../link/api.ts";
import { extensions } from "../link/extensions.ts";
import { admissionOf, blocksOf, linkAt } from "../link/stub.ts";
import { hasReplyAddress, mayUseSender, senderTlv, type Caller } from "../model/caller.ts";
import { addressText, numberOf, type Address } from "../model/address.ts";
import { publicUrl, settingsOf, type GatewayEnv, type Settings } from "../model/config.ts";
import { fromHex, toHex } from "../model/hex.ts";
import { linkName, messageId, randomTag, repeatableUlid, requestUlid, ulid, type Place } from "../model/ids.ts";
import { checkMessage, MAX_MESSAGES, toSms } from "../model/input.ts";
import type { MessageInput, PreviewInput } from "../model/message-input.ts";
import { problem, ProblemError, type Problem } from "../model/problem.ts";
import { isBlocked } from "../model/opt-out.ts";
import { accountsOf, bare, findRoute, mismatch, traitsOf, type Route } from "../model/routes.ts";
import { ConfigError } from "../model/setting.ts";
import { homeOf, layoutOf, linkFor, places, placesBy } from "../model/spread.ts";
import type { Preview, RoutePreview } from "../model/views.ts";

/** Seconds after which a full queue may have room. */
const RETRY_FULL = 5;

const MOST_SEGMENTS = 255;

/** Faults after which no further message's are named. */
const MAX_ERRORS = 100;

/** Octets of text and TLVs in one PDU: with its other fields it has at most 65,536, the most that SMSCs commonly read. */
const LONGEST_CONTENT = 65_000;

/** A message that is stored and will be sent. */
export interface Accepted {
  /** The id of the message. */
  id: string;
  /** It waits for its turn. */
  status: "queued";
  /** How many segments it takes. */
  segments: number;
  /** The encoding that was chosen. */
  encoding: string;
}

/** What became of one message of several: stored, or not. */
export type AcceptedOrNot = Accepted | { error: Problem };

/** Makes a request count once: the caller's key for it, and what it holds. */
export interface Idempotency {
  key: string;
  /** Asked for once the messages are known to be ones. */
  content: () => string;
}

/** A message that is fit to be sent, and the links that may do so. */
interface Prepared {
  input: MessageInput;
  encoding: string;
  segments: number;
  due: number;
  expires: number | null;
  places: Place[];
  /** Why it is not taken, unless it was before. */
  refusal: Problem | undefined;
}

/**
 * Stores messages for sending, in the order given. Throws a {@link ProblemError} if one of them can't be sent, if the caller may not,
 * or if none could be stored; then nothing is. With `idempotency` a repeated request stores nothing and gets the same ids.
 */
export async function sendAll(env: GatewayEnv, caller: Caller, values: unknown[], isArray: boolean, idempotency?: Idempotency): Promise<AcceptedOrNot[]> {
  const settings = usableSettings(env);
  const now = Date.now();
  const chosen = await extensions.choose?.(settings, caller, values);
  const prepared = prepareAll(env, settings, caller, values, isArray, now, chosen);
  const claim = await admit(env, settings, caller, prepared.length, idempotency);
  const results = new Array<AcceptedOrNot>(prepared.length);
  let open = prepared.map((message, index): Open => ({ message, index }));
  if (claim.repeated) open = await (claim.legacy ? skipLegacy(env, claim, open, results) : skipKnown(env, claim, open, results));
  open = open.filter(({ message: { refusal }, index }) => {
    if (refusal) results[index] = { error: refusal };
    return !refusal;
  });
  if (settings.optOut && caller.optOut !== "ignore") open = await skipOptedOut(env, open, results);
  await placeWithin(env, { caller, nonce: claim.nonce, now }, open, results);
  const errors = results.flatMap((result) => ("error" in result ? result.error : []));
  if (errors.length === results.length) throw allRefused(errors, isArray);
  return results;
}

/** A submit_sm or data_sm of an application. */
export interface Submission {
  from: Address;
  to: Address;
  /** Hexadecimal. */
  pdu: string;
  /** The bind that it came by. */
  bind: string;
  /** The id that its receipts name instead of its own. */
  group?: string;
  account: string | undefined;
  expires: number | null;
}

/** Stores PDUs of an application, to be sent as they came. What throws here may have stored any of them. */
export async function sendPdus(env: GatewayEnv, caller: Caller, submissions: Submission[]): Promise<({ id: string } | { error: Problem })[]> {
  const settings = usableSettings(env);
  const now = Date.now();
  const results = new Array<AcceptedOrNot>(submissions.length);
  const inputs = submissions.map(({ expires: _expires, account, ...rest }): MessageInput => ({ ...rest, ...(account === undefined ? {} : { account }) }));
  const chosen = await extensions.choose?.(settings, caller, inputs);
  let open = submissions.flatMap(({ expires }, index): Open[] => {
    const input = inputs[index]!;
    const decision = decide(settings, caller, input, () => 1, chosen?.get(input));
    const able = places(settings, input, decision.route);
    const refusal = decision.refusal ?? unusable(able);
    if (refusal) results[index] = { error: refusal };
    return refusal ? [] : [{ message: { input, encoding: "pdu", segments: 1, due: now, expires, places: able, refusal }, index }];
  });
  if (settings.optOut) open = await skipOptedOut(env, open, results);
  await placeWithin(env, { caller, nonce: undefined, now }, open, results);
  return results;
}

/** Why an application's messages can't go to these links. An id of SMPP has at most 64 characters. */
function unusable(able: Place[]): Problem | undefined {
  if (able.length === 0) return problem("no-route", "There is no such account");
  const isLong = able.some((at) => messageId("0".repeat(26), at).length > 64);
  return isLong ? problem("misconfigured", "Ids of messages are longer than SMPP allows: give the account a shorter name") : undefined;
}

/** What a message comes to, without sending it. Throws a {@link ProblemError} for what sending would refuse of its fields. */
export async function preview(env: GatewayEnv, caller: Caller, given: PreviewInput): Promise<Preview> {
  const fault = faultsOf("");
  const settings = usableSettings(env);
  const input = { ...given };
  const { to, account } = input;
  const chosen = await extensions.choose?.(settings, caller, [given]);
  const decision = to === undefined ? {} : decide(settings, caller, input as MessageInput, () => usable(() => counted(withDefaults(settings, input, fault)).segments, contentFault(input, fault)), chosen?.get(given));
  const [first] = decision.route && to !== undefined ? accountsOf(decision.route, bare(to)) : [];
  const options = withDefaults(settings, input, fault, account ?? first);
  checkTlvs(input, fault);
  const result: Preview = usable(() => counted(options), contentFault(input, fault));
  if (result.segments > MOST_SEGMENTS) throw fault(contentOf(input), `it needs ${result.segments} segments`);
  if (settings.optOut && to !== undefined) {
    const scopes = (await blocksOf(env, [numberOf(to)])).get(numberOf(to));
    result.optedOut = caller.optOut !== "ignore" && isBlocked(scopes, account ?? first ?? settings.accounts[0]!.name, input.from ?? caller.senders?.[0]);
  }
  if (extensions.limitsOf && to !== undefined) result.limits = await extensions.limitsOf(env, caller, input as MessageInput, result.segments);
  return settings.routes && to !== undefined && account === undefined ? { ...result, route: await previewRoute(env, caller, given, input, decision, result.parts.length) } : result;
}

/** Why that rule, and who would take the message now. */
async function previewRoute(env: GatewayEnv, caller: Caller, given: PreviewInput, input: PreviewInput, { route, refusal }: Decision, segments: number): Promise<RoutePreview> {
  const { routes = [], accounts } = settingsOf(env);
  const traits = traitsOf({ ...given, from: given.from ?? caller.senders?.[0] }, caller.name, () => segments);
  const before = route ? routes.slice(0, routes.indexOf(route)) : routes;
  const passed = before.map((other) => ({ name: other.name, field: mismatch(other, traits)! })).filter(({ field }) => field);
  const recipient = bare(given.to!);
  const names = route ? accountsOf(route, recipient) : [];
  const states = await Promise.all(names.map((name) => linkAt(env, linkFor(accounts.find((account) => account.name === name)!, recipient)).status()));
  const account = names[Math.max(0, states.findIndex(({ state }) => state === "bound"))];
  return {
    ...(route && { name: route.name }), ...(account !== undefined && { tier: 1 + route!.accounts!.findIndex((tier) => account in tier), account }),
    ...(input.from !== undefined && { from: input.from }), ...(input.tlvs && { tlvs: input.tlvs }), ...(refusal && { error: refusal }), passed,
  };
}

/** Settings by which messages can be taken. */
function usableSettings(env: GatewayEnv): Settings {
  const settings = settingsOf(env);
  const fault = settings.routesFault ?? extensions.fault(env);
  if (fault !== undefined) throw new ConfigError(fault);
  return settings;
}

/** The rule for a message, if rules decide, and why it is not taken. */
interface Decision {
  route?: Route | undefined;
  refusal?: Problem | undefined;
}

/** Finds the rule for a message, notes it there, and does with the message what the rule says. */
function decide({ routes }: Settings, caller: Caller, input: MessageInput, segments: () => number, chosen?: string): Decision {
  if (!routes || input.account !== undefined) return {};
  const route = routes.find(({ name }) => name === chosen) ?? findRoute(routes, traitsOf({ ...input, from: input.from ?? caller.senders?.[0] }, caller.name, segments));
  if (!route) return { refusal: problem("no-route") };
  if (route.refuse !== undefined) return { route, refusal: problem("refused-by-route", route.refuse) };
  if (accountsOf(route, bare(input.to)).length === 0) return { route, refusal: problem("no-route", `All accounts of the route "${route.name}" have weight 0`) };
  input.route = { name: route.name, ...(route.sender !== undefined && { from: input.from ?? null }) };
  if (route.sender !== undefined) input.from = route.sender;
  if (route.tlvs) input.tlvs = { ...route.tlvs, ...input.tlvs };
  return { route };
}

function counted(input: PreviewInput): Preview {
  if (input.binary !== undefined) return previewBinary(fromHex(input.binary), optionsOf(input));
  return countSegments(input.text ?? "", optionsOf(input));
}

/** Octets are split as Latin-1 text is that has no character in common with GSM. */
function previewBinary(binary: Uint8Array, options: Record<string, unknown>): Preview {
  countSegments("", options); // the names in the options have to be ones
  const counted = countSegments("\u00ff".repeat(binary.length), { ...options, encoding: "latin1" });
  let at = 0;
  for (const { octets, udh } of counted.parts) {
    const start = udh?.length ?? 0;
    octets.set(binary.subarray(at, at += octets.length - start), start);
  }
  return { ...counted, encoding: "binary", dataCoding: 4 };
}

type Open = { message: Prepared; index: number };
/** What the messages of a request have in common. */
type Origin = { caller: Caller; nonce: string | undefined; now: number };
type Admitted = Extract<Admission, { admitted: true }>;

function prepareAll(env: GatewayEnv, settings: Settings, caller: Caller, values: unknown[], isArray: boolean, now: number, chosen: Map<unknown, string> | undefined): Prepared[] {
  if (values.length === 0 || values.length > MAX_MESSAGES) {
    throw new ProblemError("invalid-message", `1 to ${MAX_MESSAGES} messages are expected`);
  }
  const errors: NonNullable<Problem["errors"]> = [];
  let unencodable: Problem["unencodable"];
  const prepared = values.flatMap((value, i) => {
    try {
      return [prepare(env, settings, caller, value, isArray ? `[${i}]` : "", now, chosen?.get(value))];
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.status !== 422 || !error.problem.errors) throw error;
      if (errors.length < MAX_ERRORS) errors.push(...error.problem.errors);
      unencodable ??= error.problem.unencodable;
      return [];
    }
  });
  if (errors.length > 0) throw new ProblemError("invalid-message", undefined, { errors, ...(unencodable && !isArray ? { unencodable } : {}) });
  return prepared;
}

function prepare(env: GatewayEnv, settings: Settings, caller: Caller, value: unknown, path: string, now: number, chosen: string | undefined): Prepared {
  const input = checkMessage(value, now, path);
  const fault = faultsOf(path);
  const foreign = (field: string, message: string) =>
    new ProblemError("forbidden", "This API key may not use that sender", { errors: [{ path: path ? `${path}.${field}` : field, message }] });
  if (caller.senders) {
    input.from ??= caller.senders[0]!;
    if (!mayUseSender(caller, input.from)) throw foreign("from", "not one of the key's senders");
    if (input.udh !== undefined && hasReplyAddress(fromHex(input.udh))) throw foreign("udh", "a key with senders can't set an address to reply to");
  }
  let tlvs = checkTlvs(input, fault);
  const foreignTlv = tlvs && caller.senders && senderTlv(tlvs);
  if (foreignTlv !== undefined) throw foreign("tlvs", `a key with senders can't set TLV 0x${foreignTlv.toString(16).padStart(4, "0")}`);
  const { route, refusal } = decide(settings, caller, input, () => count(settings, input, fault).segments, chosen);
  if (route?.tlvs) tlvs = checkTlvs(input, fault);
  if (input.callbackUrl !== undefined) input.callbackUrl = checkCallback(env, settings, input.callbackUrl, fault);
  if (caller.store) input.store = caller.store;
  if (settings.optOut && caller.optOut) input.optOut = caller.optOut;
  const able = places(settings, input, route);
  const { encoding, segments, longest } = count(settings, input, fault, able[0]?.account);
  const length = longest + (tlvs?.length ?? 0);
  if (length > LONGEST_CONTENT) throw fault(input.tlvs ? "tlvs" : "text", `one PDU would carry ${length} octets of text and TLVs, and SMSCs close the link over more than ${LONGEST_CONTENT}`);
  const scheduled = input.scheduleAt === undefined ? now : Date.parse(input.scheduleAt);
  const expires = typeof input.validity === "number" ? Math.max(now, scheduled) + input.validity * 1000
    : input.validity === undefined ? null : Date.parse(input.validity);
  return { input, encoding, segments, due: Math.max(now, scheduled), expires, places: able, refusal };
}

/** A URL for the events of a message, if its host is one that the settings allow. */
function checkCallback(env: GatewayEnv, { callbackHosts = [] }: Settings, given: string, fault: Fault): string {
  let url: URL | undefined;
  try {
    url = publicUrl(env, given, "callbackUrl");
  } catch { /* Nothing is said of hosts that are not allowed. */ }
  const isAllowed = url && callbackHosts.some((host) => (host.startsWith("*.") ? url.hostname.endsWith(host.slice(1)) : url.hostname === host));
  if (!isAllowed) throw fault("callbackUrl", "an https URL with a host of SMPP_CALLBACK_HOSTS is expected");
  return url!.href;
}

/** `longest`: octets of the longest segment. */
function count(settings: Settings, input: MessageInput, fault: Fault, account?: string): { encoding: string; segments: number; longest: number } {
  const field = contentOf(input);
  const options = withDefaults(settings, input, fault, account);
  const counted = usable(() => measure(options), contentFault(input, fault));
  if (counted.unencodable.length > 0) throw fault(field, `${counted.encoding} can't carry it`, { unencodable: counted.unencodable.slice(0, 100) });
  // What goes whole in one PDU is split by the SMSC.
  const { segments } = options.concat === "payload" ? measure({ ...options, concat: "udh8" }) : counted;
  if (segments > (input.maxSegments ?? MOST_SEGMENTS)) throw fault(field, `it needs ${segments} segments`);
  return { encoding: counted.encoding, segments: counted.segments, longest: Math.max(...counted.parts) };
}

/** The message with what its account has for all: `named`, or the first account for a message that names none. */
function withDefaults(settings: Settings, input: PreviewInput, fault: Fault, named = input.account): PreviewInput {
  const account = named === undefined ? settings.accounts[0] : settings.accounts.find(({ name }) => name === named);
  if (!account) throw fault("account", "there is no such account");
  const { defaultAlphabet, concat } = account.options;
  return { ...(concat === undefined ? {} : { concat }), ...input, ...(defaultAlphabet === undefined ? {} : { defaultAlphabet }) } as PreviewInput;
}

/** The message's TLVs, encoded. */
function checkTlvs(input: PreviewInput, fault: Fault): Uint8Array | undefined {
  return input.tlvs && usable(() => encodeTlvs(toSms(input as MessageInput).tlvs!), (error) => fault(`tlvs${error.field ? `.${error.field}` : ""}`, error.message));
}

/** Makes the error for a field of a message. */
type Fault = (field: string, message: string, more?: Partial<Problem>) => ProblemError;

/** Of the message at `path`. */
function faultsOf(path: string): Fault {
  return (field, message, more) => new ProblemError("invalid-message", undefined, { errors: [{ path: path ? `${path}.${field}` : field, message }], ...more });
}

function contentOf({ binary }: PreviewInput): "text" | "binary" {
  return binary === undefined ? "text" : "binary";
}

function contentFault(input: PreviewInput, fault: Fault): (error: EngineError) => ProblemError {
  return (error) => fault(error.field ?? contentOf(input), error.message);
}

/** What a message comes to, and of its segments the numbers of octets. */
function measure(input: PreviewInput): Omit<Preview, "parts"> & { parts: number[] } {
  if (input.binary === undefined) return measureSegments(input.text ?? "", optionsOf(input));
  const whole = counted(input);
  return { ...whole, parts: whole.parts.map(({ octets }) => octets.length) };
}

/** Does `work`; what the engine finds unusable becomes the error that `fault` makes. */
function usable<T>(work: () => T, fault: (error: EngineError) => ProblemError): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof EngineError ? fault(error) : error;
  }
}

/** Fields of a message that decide about encoding and segments, as `countSegments` takes them. */
const COUNTED = ["encoding", "language", "concat", "maxSegments", "transliterate", "substitute", "flash", "reference", "defaultAlphabet"] as const;

function optionsOf(input: PreviewInput & { defaultAlphabet?: string }): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const name of COUNTED) if (input[name] !== undefined) options[name] = input[name];
  if (input.udh !== undefined) options["udh"] = fromHex(input.udh);
  if (input.tlvs !== undefined) options["tlvs"] = toSms(input as MessageInput).tlvs;
  return options;
}

async function admit(env: GatewayEnv, settings: Settings, caller: Caller, messages: number, idempotency: Idempotency | undefined): Promise<Admitted> {
  if (!idempotency && caller.rate === undefined) return { admitted: true };
  const claim = await admissionOf(env, caller.name).admit(caller.name, caller.rate, messages, idempotency && {
    key: idempotency.key, fingerprint: await sha256(idempotency.content()), layout: layoutOf(settings), home: linkName(homeOf(settings, caller.name)),
  });
  if (claim.admitted) return claim;
  if (claim.why === "reused") throw new ProblemError("key-reused");
  throw new ProblemError("rate-limited", undefined, undefined, { "retry-after": String(claim.retryAfter) });
}

/** Of a repeated request: what a link has already, by the links there were when it was first made, is not given to another one. */
async function skipKnown(env: GatewayEnv, claim: Admitted, open: Open[], results: AcceptedOrNot[]): Promise<Open[]> {
  const placed = open.flatMap(({ message: { input } }) => placesBy(claim.layout!, addressText(input.to), input.account));
  const links = [...new Map(placed.map((at) => [linkName(at), at])).values()];
  const known = new Map((await Promise.all(links.map((at) => linkAt(env, at).known(claim.nonce!)))).flat());
  const left = open.filter(({ message, index }) => {
    const id = known.get(index);
    if (id !== undefined) results[index] = accepted(id, message);
    return id === undefined;
  });
  // A link that ran code from before there were requests stored the messages by the ids that they came with.
  return skipStored(env, left.map((item) => ({ item, ulid: requestUlid(claim.nonce!, item.index) })), results);
}

/** The same for a request that 8554d8e admitted: its ids were made of the request. */
async function skipLegacy(env: GatewayEnv, claim: Admitted, open: Open[], results: AcceptedOrNot[]): Promise<Open[]> {
  return skipStored(env, await Promise.all(open.map(async (item) => ({ item, ulid: await repeatableUlid(claim.created!, claim.nonce!, item.index) }))), results);
}

/** Of messages whose ULIDs are known, those that no link has by them. */
async function skipStored(env: GatewayEnv, offers: { item: Open; ulid: string }[], results: AcceptedOrNot[]): Promise<Open[]> {
  const known = new Set<Open>();
  for (const [link, items] of group(offers.flatMap((offer) => offer.item.message.places.map((at) => ({ ...offer, at }))), ({ at }) => at)) {
    const ids = await linkAt(env, link).existing(items.map(({ ulid: own }) => messageId(own, link)));
    for (const { item, ulid: own } of items) {
      const id = messageId(own, link);
      if (!ids.includes(id)) continue;
      known.add(item);
      results[item.index] = accepted(id, item.message);
    }
  }
  return offers.flatMap(({ item }) => (known.has(item) ? [] : item));
}

/** Of messages those whose recipients have not opted out, each with the links that are left to it. */
async function skipOptedOut(env: GatewayEnv, open: Open[], results: AcceptedOrNot[]): Promise<Open[]> {
  const blocks = await blocksOf(env, open.map(({ message: { input } }) => numberOf(input.to)));
  return open.filter(({ message, index }) => {
    const scopes = blocks.get(numberOf(message.input.to));
    if (scopes) message.places = message.places.filter(({ account }) => !isBlocked(scopes, account, message.input.from));
    if (message.places.length === 0) results[index] = { error: problem("opted-out") };
    return message.places.length > 0;
  });
}

/** Stores the messages that are within the limits, if there are any. */
async function placeWithin(env: GatewayEnv, origin: Origin, open: Open[], results: AcceptedOrNot[]): Promise<void> {
  const store = (left: Open[]) => place(env, origin, left, results);
  await (extensions.limit?.(env, origin, open, results, store) ?? store(open));
}

/** Gives each message to the first of its links that takes it: one that is up if there is a choice, else the preferred one. */
async function place(env: GatewayEnv, origin: Origin, open: Open[], results: AcceptedOrNot[]): Promise<void> {
  const most = Math.max(0, ...open.map(({ message }) => message.places.length));
  let left = open;
  for (let choice = 0; choice < most && left.length > 0; choice++) {
    left = await offer(env, origin, left, choice, results, true);
  }
  if (left.length > 0) await offer(env, origin, left, 0, results, false);
}

/** Returns those that were not taken. A message with one link only has no choice: it waits there, up or not. */
async function offer(env: GatewayEnv, origin: Origin, open: Open[], choice: number, results: AcceptedOrNot[], ifUp: boolean): Promise<Open[]> {
  const able = open.filter(({ message }) => choice < message.places.length);
  const left = open.filter(({ message }) => choice >= message.places.length);
  await Promise.all([...group(able, ({ message }) => message.places[choice]!)].map(async ([link, items]) => {
    const rows = items.map(({ message, index }): NewMessage => ({
      id: messageId(origin.nonce === undefined ? ulid(origin.now) : requestUlid(origin.nonce, index), link), tag: randomTag(), input: message.input, encoding: message.encoding, segments: message.segments,
      caller: origin.caller.name, due: message.due, expires: message.expires,
      ...(typeof message.input.validity === "number" ? { validity: message.input.validity } : {}), ...(origin.nonce === undefined ? {} : { position: index }),
    }));
    const result = await linkAt(env, link).enqueue(rows, ifUp && items.some(({ message }) => message.places.length > 1), origin.nonce);
    items.forEach((item, i) => {
      if (result.taken) results[item.index] = accepted(result.ids?.[i] ?? rows[i]!.id, item.message);
      else {
        results[item.index] = { error: problem("queue-full") };
        left.push(item);
      }
    });
  }));
  return left.sort((a, b) => a.index - b.index);
}

async function sha256(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

function accepted(id: string, message: Prepared): Accepted {
  return { id, status: "queued", segments: message.segments, encoding: message.encoding };
}

/** Nothing was stored. What a full queue refused can be sent again, so that this is said first. */
function allRefused(errors: Problem[], isArray: boolean): ProblemError {
  const full = errors.find(({ type }) => type.endsWith("queue-full"));
  if (full) return new ProblemError("queue-full", full.detail, undefined, { "retry-after": String(RETRY_FULL) });
  const [first] = errors as [Problem];
  return ProblemError.of(isArray ? { ...first, errors: errors.slice(0, MAX_ERRORS).map(({ detail, title }, i) => ({ path: `[${i}]`, message: detail ?? title })) } : first);
}

function group<T>(items: T[], placeOf: (item: T) => Place): Map<Place, T[]> {
  const groups = new Map<string, [Place, T[]]>();
  for (const item of items) {
    const at = placeOf(item);
    const entry = groups.get(linkName(at));
    if (entry) entry[1].push(item);
    else groups.set(linkName(at), [at, [item]]);
  }
  return new Map(groups.values());
}
