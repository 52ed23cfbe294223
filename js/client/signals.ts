// AbortSignals, used in such a way that nothing the user put on one can interfere.

const { addEventListener, removeEventListener } = EventTarget.prototype;
const readAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted")?.get;

/** Whether the value is an AbortSignal that works as one. */
export function isSignal(value: unknown): value is AbortSignal {
  try {
    return value instanceof AbortSignal && typeof isAborted(value) === "boolean";
  } catch {
    return false;
  }
}

export function isAborted(signal: AbortSignal): boolean {
  return readAborted === undefined ? signal.aborted : (readAborted.call(signal) as boolean);
}

interface Watch {
  listeners: Set<() => void>;
  fire: () => void;
}

/** One listener for each signal, however many calls it is for: Node warns of more than ten. */
const watches = new WeakMap<AbortSignal, Watch>();

export function onAbort(signal: AbortSignal, listener: () => void): void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    const listeners = new Set<() => void>();
    watch = { listeners, fire: () => listeners.forEach((each) => each()) };
    watches.set(signal, watch);
    addEventListener.call(signal, "abort", watch.fire, { once: true });
  }
  watch.listeners.add(listener);
}

export function offAbort(signal: AbortSignal, listener: () => void): void {
  const watch = watches.get(signal);
  if (watch === undefined || !watch.listeners.delete(listener) || watch.listeners.size > 0) return;
  // Nothing keeps a signal of the user's alive that is no longer needed.
  watches.delete(signal);
  removeEventListener.call(signal, "abort", watch.fire);
}

/** What the signal was aborted with. */
export function reasonOf(signal: AbortSignal | undefined): unknown {
  try {
    return signal?.reason;
  } catch (error) {
    return error;
  }
}
