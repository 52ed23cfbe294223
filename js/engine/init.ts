import { init as load } from "#wasm";

/** Resolves when everything here can be used: at once, but in a browser, which has to fetch the module first. May be called again. */
export function init(): Promise<void> {
  return load();
}
