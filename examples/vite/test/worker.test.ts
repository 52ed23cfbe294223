import { exports } from "cloudflare:workers";
import { expect, inject, test, vi } from "vitest";
import Worker from "../src/index.ts";

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import("../src/index.ts");
    }
  }
}

async function send(to: string): Promise<string> {
  const response = await exports.default.fetch(`https://example.com/?to=${encodeURIComponent(to)}`);
  expect(response.status).toBe(202);
  return (await response.json<{ id: string }>()).id;
}

test("a message is sent, and its report comes back", async () => {
  const smppReport = vi.spyOn(Worker.prototype, "smppReport");
  const id = await send("+1234567890");
  await vi.waitFor(() => expect(smppReport).toHaveBeenCalledWith(expect.objectContaining({ id, status: "delivered" })), 10_000);
});

test("a message that the SMSC refuses ends as failed", async () => {
  const smppEnded = vi.spyOn(Worker.prototype, "smppEnded");
  const id = await send("+12349990006");
  await vi.waitFor(() => expect(smppEnded).toHaveBeenCalledWith(expect.objectContaining({ id, status: "failed" })), 10_000);
});

test("an inbound message is taken", async () => {
  const smppMessage = vi.spyOn(Worker.prototype, "smppMessage");
  await send("+1234567890"); // brings the link up
  const body = JSON.stringify({ from: "+4915112345", to: "12345", text: "Grüße" });
  await fetch(`${inject("controlUrl")}/deliver`, { method: "POST", headers: { "content-type": "application/json" }, body });
  await vi.waitFor(() => expect(smppMessage).toHaveBeenCalledWith(expect.objectContaining({ text: "Grüße" })), 10_000);
});
