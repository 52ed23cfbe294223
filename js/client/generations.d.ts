/**
 * A map that forgets: an entry is kept for one to two lifetimes, or until as many newer ones came as two generations hold.
 * Two maps, young and old; when the young one is full or its time is over, it becomes the old one.
 */
export declare class Generations<V> {
    #private;
    /** Most entries of one generation, and its lifetime in milliseconds. */
    constructor(size: number, lifetime: number);
    get(key: string): V | undefined;
    set(key: string, value: V): void;
    /** Takes the entry out. */
    take(key: string): V | undefined;
    clear(): void;
}
