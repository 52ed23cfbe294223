/**
 * A map that forgets: an entry is kept for one to two lifetimes, or until as many newer ones came as two generations hold.
 * Two maps, young and old; when the young one is full or its time is over, it becomes the old one.
 */
export class Generations<V> {
  readonly #size: number;
  readonly #lifetime: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #turn = 0;

  /** Most entries of one generation, and its lifetime in milliseconds. */
  constructor(size: number, lifetime: number) {
    this.#size = size;
    this.#lifetime = lifetime;
  }

  isEmpty(): boolean {
    return this.#young.size === 0 && this.#old.size === 0;
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: V): void {
    const now = Date.now();
    if (this.#young.size >= this.#size || now - this.#turn >= this.#lifetime) {
      // After a pause of two lifetimes the young ones are too old as well.
      this.#old = now - this.#turn >= 2 * this.#lifetime ? new Map() : this.#young;
      this.#young = new Map();
      this.#turn = now;
    }
    this.#young.set(key, value);
  }

  /** Takes the entry out. */
  take(key: string): V | undefined {
    const value = this.get(key);
    if (value !== undefined) {
      this.#young.delete(key);
      this.#old.delete(key);
    }
    return value;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
