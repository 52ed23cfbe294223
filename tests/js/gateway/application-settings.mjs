import { pbkdf2Sync, randomBytes } from "node:crypto";

/** A password as SMPP_APPLICATIONS has it. */
export function hashed(password, iterations = 1_000) {
  const salt = randomBytes(16);
  return `pbkdf2$${iterations}$${salt.toString("base64")}$${pbkdf2Sync(password, salt, iterations, 32, "sha256").toString("base64")}`;
}
