// What a client is put through, and what came of it: plain values, so that it may run in another runtime than its test.

import type { ConnectOptions, SmppClient, SmppError, Stats } from "smpp-edge";

export interface Exercise {
  url: string;
  /** Without reconnection, unless this says otherwise. */
  options?: ConnectOptions;
  /** So many messages are sent at once, to this number. */
  messages?: number;
  to?: string;
  /** So many data_sm, each with a message_payload of so many octets. */
  payloads?: number[];
  /** Then it is waited until these figures are reached, and until the client has ended by itself. */
  until?: Partial<Stats>;
  untilClosed?: boolean;
}

export interface Course {
  /** "bound", or the class and outcome of what `connect` rejected with. */
  opened: string;
  /** How many requests ended in each way: "accepted", or the error's class, outcome and code. */
  ends: Record<string, number>;
  /** Lengths of the texts that came in. */
  inbound: number[];
  /** Every state that was told. */
  states: string[];
  /** Timers that fired while the messages were under way, and most messages that ended between two of them. */
  turns: number;
  mostAtOnce: number;
  /** Most that were ever seen in the queue and on the wire. */
  mostQueued: number;
  mostInFlight: number;
  /** Before the end. */
  stats: Stats | undefined;
}

export type Connect = (url: string, options: ConnectOptions) => Promise<SmppClient>;

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

export async function exercise(connect: Connect, { url, options, messages = 0, to = "+1234567890", payloads = [], until = {}, untilClosed = false }: Exercise): Promise<Course> {
  const course: Course = { opened: "", ends: {}, inbound: [], states: [], turns: 0, mostAtOnce: 0, mostQueued: 0, mostInFlight: 0, stats: undefined };
  let client: SmppClient;
  try {
    client = await connect(url, {
      reconnect: false,
      onState: (state) => void course.states.push(state),
      onMessage: ({ text }) => void course.inbound.push(text?.length ?? 0),
      ...options,
    });
  } catch (error) {
    course.opened = told(error);
    return course;
  }
  course.opened = "bound";

  let ended = 0;
  let endedSince = 0;
  const end = (how: string): void => {
    course.ends[how] = (course.ends[how] ?? 0) + 1;
    ended++;
    endedSince++;
  };
  const sending: Promise<void>[] = [];
  for (let i = 0; i < messages; i++) {
    sending.push(client.sendSms({ from: "12345", to, text: "Hello World" }).then(() => end("accepted"), (error: unknown) => end(`${told(error)} ${(error as SmppError).code}`)));
  }
  for (const length of payloads) {
    const tlvs = { message_payload: new Uint8Array(length).fill(0x61) };
    sending.push(client.request({ command: "data_sm", source_addr: "1", destination_addr: "2", tlvs }).then(() => end("accepted"), (error: unknown) => end(told(error))));
  }
  // Messages that were not taken end before any timer.
  await Promise.resolve();
  await Promise.resolve();
  endedSince = 0;
  const all = Promise.all(sending);
  const watching = (async () => {
    while (ended < sending.length) {
      await pause(0);
      course.turns++;
      course.mostAtOnce = Math.max(course.mostAtOnce, endedSince);
      endedSince = 0;
      const { queued, inFlight } = client.stats();
      course.mostQueued = Math.max(course.mostQueued, queued);
      course.mostInFlight = Math.max(course.mostInFlight, inFlight);
    }
  })();
  await all;
  await watching;

  const reached = (): boolean => {
    const stats = client.stats();
    return stats.state === "closed" || Object.entries(until).every(([name, least]) => Number(stats[name as keyof Stats]) >= Number(least));
  };
  while (!reached()) await pause(5);
  course.stats = client.stats();
  if (untilClosed) while (client.stats().state !== "closed") await pause(5);
  await client.close();
  return course;
}

function told(error: unknown): string {
  return `${(error as Error).constructor.name} ${(error as SmppError).outcome}`;
}
