import { pbkdf2Sync, randomBytes } from "node:crypto";

const [password = ""] = process.argv.slice(2);
const salt = randomBytes(16);
const hash = pbkdf2Sync(password, salt, 100_000, 32, "sha256");
console.log(`pbkdf2$100000$${salt.toString("base64")}$${hash.toString("base64")}`);
