import { WorkerEntrypoint } from "cloudflare:workers";
import { keepLinks } from "smpp-edge/worker";
import type { Env } from "./env";

export { SmppGateway, SmppLink } from "smpp-edge/worker";
export { Allowance } from "./allowance";
export { Phone } from "./phone";

const json = (body: object, status = 200) => Response.json(body, { status });

export default class extends WorkerEntrypoint<Env> {
  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "GET" && pathname.startsWith("/codes/")) return this.#status(pathname.slice("/codes/".length));
    if (request.method !== "POST") return json({ error: "not found" }, 404);
    const { phone, code } = await request.json<{ phone?: unknown; code?: unknown }>().catch(() => ({ phone: undefined, code: undefined }));
    if (typeof phone !== "string" || !/^\+[1-9]\d{7,14}$/.test(phone)) return json({ error: "phone: a number with + and country code is expected" }, 422);
    if (pathname === "/codes") return this.#send(phone, request.headers.get("cf-connecting-ip") ?? "");
    if (pathname === "/codes/verify" && typeof code === "string") return this.#verify(phone, code);
    return json({ error: "not found" }, 404);
  }

  async #send(phone: string, address: string): Promise<Response> {
    if (!this.env.COUNTRIES.split(",").some((prefix) => phone.startsWith(prefix))) return json({ error: "We send no codes to this country.", fallback: true }, 422);
    // An IPv6 address counts as its network, since a home has millions of them.
    const network = /^(?:[0-9a-f]+:){1,4}/.exec(address)?.[0] ?? address;
    for (const [name, limit] of [[`number ${phone}`, 5], [`address ${network}`, 10], [prefixOf(phone), 30], ["all", 1_000]] as const) {
      if (!(await this.env.ALLOWANCE.getByName(name).take(limit))) return json({ error: "Too many codes. Try again later.", fallback: true }, 429);
    }
    const result = await this.env.PHONE.getByName(phone).newCode();
    if ("wait" in result) return json({ error: `Wait ${result.wait} seconds for another code.` }, 429);
    const { SITE } = this.env;
    // The last line lets the browser fill the code in, on this site alone.
    const text = `${result.code} is your code for ${SITE}.\n\n@${SITE} #${result.code}`;
    const { id } = await this.env.SMS.sendSms({ from: "Example", to: phone, text, validity: 600, store: "none" });
    return json({ id }, 202);
  }

  /** Reports whether the code arrived: when it will not, the page offers another sign-in method. */
  async #status(id: string): Promise<Response> {
    const message = await this.env.SMS.message(id).catch(() => undefined);
    if (message === undefined) return json({ error: "not found" }, 404);
    if (message.status === "delivered") return json({ status: "delivered" });
    return json({ status: ["queued", "sent", "accepted"].includes(message.status) ? "under way" : "undelivered" });
  }

  async #verify(phone: string, code: string): Promise<Response> {
    const { verified, attempts } = await this.env.PHONE.getByName(phone).verify(code);
    if (!verified) return json({ error: attempts > 0 ? "That is not the code." : "Ask for a new code.", attempts }, 403);
    for (const name of [prefixOf(phone), "all"]) await this.env.ALLOWANCE.getByName(name).giveBack();
    // Your own code starts here: a session, a cookie.
    return json({ verified: true });
  }

  override scheduled(): Promise<void> {
    return keepLinks(this.env);
  }
}

/** The range that a number belongs to: of +12345678901 it is +1234567. */
const prefixOf = (phone: string) => `prefix ${phone.slice(0, 8)}`;
