import type { PasswordHash } from "../model/applications.ts";

/** Checks the password of one application. A hash is made slowly, on purpose: guesses wait for each other, and what was right once is known. */
export class Credentials {
  readonly #password: PasswordHash;
  /** SHA-256 of the password that was right. */
  #right: ArrayBuffer | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(password: PasswordHash) {
    this.#password = password;
  }

  async check(given: string): Promise<boolean> {
    const octets = latin1(given);
    const digest = await crypto.subtle.digest("SHA-256", octets);
    if (this.#right && crypto.subtle.timingSafeEqual(this.#right, digest)) return true;
    const turn = this.#turn.then(() => this.#derive(octets));
    this.#turn = turn.catch(() => {});
    if (!crypto.subtle.timingSafeEqual(await turn, this.#password.hash)) return false;
    this.#right = digest;
    return true;
  }

  async #derive(octets: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
    const { iterations, salt, hash } = this.#password;
    const key = await crypto.subtle.importKey("raw", octets, "PBKDF2", false, ["deriveBits"]);
    return crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, hash.length * 8);
  }
}

/** The octets of a password as they came, whatever characters they are meant to be. */
function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
