/** Calls what the user handed over, in such a way that whatever it throws or rejects with changes nothing here. */
export class Callbacks {
  readonly #log: ((line: string) => unknown) | undefined;

  /** `log` receives what the others threw; without it the console does. */
  constructor(log: ((line: string) => unknown) | undefined) {
    this.#log = log;
  }

  /** Calls `callback`, named `name`. What it returns is not waited for. */
  call<A extends unknown[]>(name: string, callback: ((...given: A) => unknown) | undefined, ...given: A): void {
    if (callback === undefined) return;
    try {
      contain(callback(...given), (error) => this.complain(name, error));
    } catch (error) {
      this.complain(name, error);
    }
  }

  log(line: string): void {
    try {
      contain(this.#log?.(line), (error) => complainOnConsole("log", error));
    } catch (error) {
      complainOnConsole("log", error);
    }
  }

  /** Reports what the callback named `name` threw. */
  complain(name: string, error: unknown): void {
    if (this.#log === undefined) complainOnConsole(name, error);
    else this.log(`${name} threw: ${inWords(error)}`);
  }
}

/** Calls `failed` if `value` is a promise and rejects. */
export function contain(value: unknown, failed: (error: unknown) => void): void {
  if (typeof value !== "object" || value === null) return;
  // Whatever `value` does when it is asked for `then` ends here, too.
  new Promise((resolve) => resolve(value)).catch(failed);
}

function complainOnConsole(name: string, error: unknown): void {
  try {
    console.error(`smpp-edge: ${name} threw`, error);
  } catch {
    // An error that can't even be shown.
    console.error(`smpp-edge: ${name} threw`);
  }
}

function inWords(error: unknown): string {
  try {
    return error instanceof Error ? `${error.message}` : String(error);
  } catch {
    return "something that can't be shown";
  }
}
