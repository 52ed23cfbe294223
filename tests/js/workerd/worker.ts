// Uses of the client in workerd: in one request, across requests of a plain Worker, and in a Durable Object.

import { DurableObject } from "cloudflare:workers";
import { connect, joinSegments, Refusal, type ConnectOptions, type Message, type Sent, type SmppClient, type SmppError } from "smpp-edge";
import { exercise, type Exercise } from "../client/exercise.ts";
import { wrongCalls, wrongMessages } from "../client/misuse.ts";

interface Env {
  OBJECT: DurableObjectNamespace<ClientObject>;
}

/** Where a client is kept from one request to the next. */
interface Keeper {
  client?: SmppClient;
}

/** One step of a test: its name is the path, what it needs the body. */
interface Step {
  url: string;
  texts?: string[];
  deeds?: Deed[];
  by?: "handler" | "loop" | "segments";
  options?: ConnectOptions;
}

function send(client: SmppClient, texts: string[]): Promise<Sent[]> {
  return Promise.all(texts.map((text) => client.sendSms({ from: "12345", to: "+1234567890", text })));
}

/** Sends with reports asked for, and ends when all reports and one message have come. */
async function exchange(url: string, texts: string[]): Promise<object> {
  const received: (string | undefined)[] = [];
  let told = (): void => {};
  const message = new Promise<void>((resolve) => (told = resolve));
  await using client = await connect(url, {
    onMessage: ({ text }) => {
      received.push(text);
      told();
    },
  });
  const reports = client.reports();
  const sent = await Promise.all(texts.map((text) => client.sendSms({ from: "12345", to: "+1234567890", text, report: "always" })));
  const delivered = Promise.all(sent.map((each) => each.delivered({ timeout: 10_000 })));
  const ids = new Set(sent.flatMap(({ segments }) => segments.map(({ messageId }) => messageId)));
  let reported = 0;
  for await (const { messageId } of reports) {
    if (ids.delete(messageId)) reported++;
    if (ids.size === 0) break;
  }
  await message;
  return { delivered: (await delivered).map(({ status }) => status), reported, received };
}

/** What is done with an inbound message. */
export type Deed = "take" | "throw" | "refuse" | "never";

/** Does with each inbound message what the list says, by a handler or in loops, closes, and tells what came. */
async function receive(url: string, options: ConnectOptions | undefined, deeds: Deed[], by: "handler" | "loop" | "segments"): Promise<object> {
  const seen: [text: string | undefined, complete: boolean][] = [];
  let finish = (): void => {};
  const all = new Promise<void>((resolve) => (finish = resolve));
  const act = ({ text, complete }: Message): unknown => {
    const deed = deeds[seen.push([text, complete]) - 1] ?? "take";
    if (seen.length === deeds.length) queueMicrotask(finish);
    if (deed === "throw") throw new Error("the database is down");
    if (deed === "refuse") throw new Refusal("ESME_RX_P_APPN");
    return deed === "never" ? new Promise(() => {}) : undefined;
  };
  const stored: Uint8Array[] = [];
  const handlers: ConnectOptions = by === "handler" ? { onMessage: act } : by === "loop" ? {} : {
    onSegment({ pdu, total }) {
      stored.push(pdu);
      const joined = stored.length === total ? joinSegments(stored) : undefined;
      if (joined !== undefined && "message" in joined) act(joined.message);
    },
  };
  const client = await connect(url, { reconnect: false, log: () => {}, ...options, ...handlers });
  const loops = async (): Promise<void> => {
    while (seen.length < deeds.length) {
      try {
        for await (const message of client.messages()) act(message);
      } catch {
        // The next loop gets it again.
      }
    }
  };
  if (by === "loop") void loops();
  await all;
  // The last answer goes out behind this turn.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await client.close();
  return { seen };
}

/** What becomes of wrong arguments, sources that hang or never end, and callbacks that reject. */
async function misuse(url: string): Promise<object> {
  const hello = { from: "12345", to: "+1234567890", text: "Hello World" };
  const reject = (): Promise<never> => Promise.reject(new Error("nobody's"));
  const client = await connect(url, { reconnect: false, onState: reject as never, onPdu: reject as never, onOctets: reject as never, log: reject as never });
  const unexpected: string[] = [];
  const calls = [
    ...wrongMessages(hello).map(([field, message]): [string, () => unknown] => [field, () => client.sendSms(message)]),
    ...wrongCalls(client, hello),
  ];
  for (const [field, call] of calls) {
    const how = await (async () => call())().then(() => "taken", (error: SmppError) => `${error.field} ${error.outcome}`);
    if (how !== `${field} not-sent`) unexpected.push(`${field}: ${how}`);
  }
  const hanging = client.sendMany({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });
  const endless = client.sendMany((function* () { for (;;) yield null as never; })());
  const ends = Promise.allSettled([hanging, endless]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const sent = (await client.sendSms({ ...hello, tag: "mine" })).tag;
  await client.close();
  return { calls: calls.length, unexpected, sent, ends: (await ends).map((end) => (end.status === "rejected" ? (end.reason as SmppError).code : end.status)) };
}

async function run(path: string, step: Step & Exercise, keeper: Keeper): Promise<object> {
  const { url, texts = ["Hello World"], options } = step;
  switch (path) {
    case "/exercise":
      return exercise(connect, step);
    case "/once": {
      const client = await connect(url, options);
      const sent = await send(client, texts);
      await client.close();
      return sent;
    }
    case "/misuse":
      return misuse(url);
    case "/receive":
      return receive(url, options, step.deeds ?? [], step.by ?? "handler");
    case "/exchange":
      return exchange(url, texts);
    case "/connect":
      keeper.client = await connect(url, { reconnect: false, ...options });
      return keeper.client.peer;
    case "/send":
      return send(keeper.client!, texts);
    case "/close":
      await keeper.client!.close();
      return { state: keeper.client!.stats().state };
    default:
      throw new Error(`no step ${path}`);
  }
}

async function answer(request: Request, keeper: Keeper): Promise<Response> {
  try {
    return Response.json(await run(new URL(request.url).pathname, await request.json(), keeper));
  } catch (error) {
    const { constructor, name, code, outcome, message } = error as SmppError;
    return Response.json({ error: { type: constructor.name, name, code, outcome, message } });
  }
}

/** Keeps its client in the object: the way to do it. */
export class ClientObject extends DurableObject<Env> {
  readonly #keeper: Keeper = {};

  override fetch(request: Request): Promise<Response> {
    return answer(request, this.#keeper);
  }
}

/** Keeps its client in the module: the mistake. */
const module: Keeper = {};

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    if (!url.pathname.startsWith("/object/")) return answer(request, module);
    url.pathname = url.pathname.replace("/object/", "/");
    return env.OBJECT.get(env.OBJECT.idFromName("one")).fetch(new Request(url, request));
  },
} satisfies ExportedHandler<Env>;
