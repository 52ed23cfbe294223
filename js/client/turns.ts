/** Resolves in a later turn of the event loop, after timers and sockets had theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
