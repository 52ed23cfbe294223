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

export function onAbort(signal: AbortSignal, listener: () => void): void {
  addEventListener.call(signal, "abort", listener, { once: true });
}

export function offAbort(signal: AbortSignal, listener: () => void): void {
  removeEventListener.call(signal, "abort", listener);
}

/** What the signal was aborted with. */
export function reasonOf(signal: AbortSignal | undefined): unknown {
  try {
    return signal?.reason;
  } catch (error) {
    return error;
  }
}
