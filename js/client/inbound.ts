/** Answers an inbound request: taken, or to be sent again. */
export type Respond = (request: number, taken: boolean) => void;

/**
 * Hands what comes in to a handler and to iterators, and answers the SMSC once all that have it are done with it: the handler when
 * its promise settles, an iterator when its next item is asked for or its loop ends. One that throws makes the answer "send again".
 */
export class Inbound<T> {
  readonly #handler: ((item: T) => unknown) | undefined;
  readonly #respond: Respond;
  readonly #complain: (error: unknown) => void;
  readonly #queues = new Set<Queue<T>>();
  #end: { error: Error | undefined } | undefined;

  /** `complain` is told what the handler threw. */
  constructor(handler: ((item: T) => unknown) | undefined, respond: Respond, complain: (error: unknown) => void) {
    this.#handler = handler;
    this.#respond = respond;
    this.#complain = complain;
  }

  /** False: nobody is there to take it, and it is not answered. */
  offer(item: T, request: number): boolean {
    const handler = this.#handler;
    const takers = this.#queues.size + (handler === undefined ? 0 : 1);
    if (takers === 0) return false;
    const answer = new Answer(takers, request, this.#respond);
    for (const queue of this.#queues) queue.push(item, answer);
    if (handler !== undefined) this.#handle(handler, item, answer);
    return true;
  }

  /** From now on what comes in is kept for the iterator until it is asked for. */
  iterate(): AsyncIterableIterator<T> {
    const queue = new Queue<T>((closed) => this.#queues.delete(closed));
    if (this.#end === undefined) this.#queues.add(queue);
    else queue.end(this.#end.error);
    return queue;
  }

  /** Nothing more will come: iterators end, or throw `error`. */
  close(error: Error | undefined): void {
    this.#end = { error };
    for (const queue of this.#queues) queue.end(error);
    this.#queues.clear();
  }

  #handle(handler: (item: T) => unknown, item: T, answer: Answer): void {
    try {
      const result = handler(item);
      if (isThenable(result)) result.then(() => answer.give(true), (error: unknown) => this.#failed(answer, error));
      else answer.give(true);
    } catch (error) {
      this.#failed(answer, error);
    }
  }

  #failed(answer: Answer, error: unknown): void {
    answer.give(false);
    this.#complain(error);
  }
}

/** The answer that several takers give together. */
class Answer {
  #left: number;
  #taken = true;
  readonly #request: number;
  readonly #respond: Respond;

  constructor(takers: number, request: number, respond: Respond) {
    this.#left = takers;
    this.#request = request;
    this.#respond = respond;
  }

  give(taken: boolean): void {
    this.#taken &&= taken;
    if (--this.#left === 0) this.#respond(this.#request, this.#taken);
  }
}

interface Asked<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: Error): void;
}

/** One `for await` loop. */
class Queue<T> implements AsyncIterableIterator<T> {
  readonly #items: { item: T; answer: Answer }[] = [];
  readonly #asked: Asked<T>[] = [];
  readonly #leave: (queue: Queue<T>) => void;
  /** Of the item that the loop works on. */
  #working: Answer | undefined;
  #ended = false;
  #error: Error | undefined;

  constructor(leave: (queue: Queue<T>) => void) {
    this.#leave = leave;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(item: T, answer: Answer): void {
    const asked = this.#asked.shift();
    if (asked === undefined) this.#items.push({ item, answer });
    else asked.resolve({ done: false, value: this.#hand(item, answer) });
  }

  next(): Promise<IteratorResult<T>> {
    this.#finish(true);
    const first = this.#items.shift();
    if (first !== undefined) return Promise.resolve({ done: false, value: this.#hand(first.item, first.answer) });
    if (!this.#ended) return new Promise((resolve, reject) => this.#asked.push({ resolve, reject }));
    const error = this.#error;
    this.#error = undefined;
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }

  return(): Promise<IteratorResult<T>> {
    this.#stop(true);
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error?: unknown): Promise<IteratorResult<T>> {
    this.#stop(false);
    return Promise.reject(error);
  }

  end(error: Error | undefined): void {
    this.#ended = true;
    this.#items.length = 0;
    this.#working = undefined;
    const [first, ...others] = this.#asked.splice(0);
    if (first === undefined) this.#error = error;
    else if (error === undefined) first.resolve({ done: true, value: undefined });
    else first.reject(error);
    for (const asked of others) asked.resolve({ done: true, value: undefined });
  }

  #stop(taken: boolean): void {
    this.#leave(this);
    this.#finish(taken);
    for (const { answer } of this.#items.splice(0)) answer.give(false);
    this.end(undefined);
  }

  #hand(item: T, answer: Answer): T {
    this.#finish(true);
    this.#working = answer;
    return item;
  }

  #finish(taken: boolean): void {
    const answer = this.#working;
    this.#working = undefined;
    answer?.give(taken);
  }
}

/** Whether it can be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
