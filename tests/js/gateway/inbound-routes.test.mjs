// Where inbound messages go, and the events of messages with a URL of their own.

import assert from "node:assert/strict";
import test from "node:test";
import { settingsOf } from "../../../js/gateway/model/config.ts";
import { routeInbound } from "../../../js/gateway/model/inbound-routes.ts";
import { Smsc, startGateway, startReceiver, until } from "./support.mjs";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const env = (more) => ({ SMPP_ACCOUNTS: { main: { url: "smpp://a:b@host" }, other: { url: "smpp://a:b@host" } }, SMPP_WEBHOOK_SECRET: SECRET, ...more });
const read = (rules, more) => settingsOf(env({ SMPP_INBOUND_ROUTES: rules, SMPP_WEBHOOK_URL: "https://example.com/all", ...more }));

test("the first rule that matches decides, and one that copies goes on", () => {
  const { inboundRoutes: rules } = read([
    { name: "log", to: "12345", targets: "https://example.com/log", copy: true },
    { name: "vote", to: ["12345", "+4999"], keyword: ["Vote", "ÉLIRE"], targets: ["handler", "https://example.com/vote"] },
    { name: "uk", from: "+44", account: "main", targets: "webhook" },
    { name: "all", to: "12345", targets: "handler" },
    { name: "app", to: "888", targets: ["application:shop", "queue"] },
  ], { SMPP_APPLICATIONS: { shop: {} }, SMPP_QUEUE: {} });
  const route = (to, from, text, account = "main") => routeInbound(rules, { to: { ton: 0, npi: 0, addr: to }, from: { ton: 1, npi: 1, addr: from }, text }, account);
  const [log, vote] = ["https://example.com/log", "https://example.com/vote"];
  for (const [given, expected] of [
    [["12345", "4915", "VOTE red  car "], { routes: ["log", "vote"], keyword: "vote", rest: "red  car ", only: ["handler"], urls: [log, vote] }],
    [["4999", "4915", " «elire!»"], { routes: ["vote"], keyword: "elire", rest: "", only: ["handler"], urls: [vote] }],
    [["12345", "4477", "voted"], { routes: ["log", "uk"], only: ["webhook"], urls: [log] }],
    [["12345", "4477", "hello", "other"], { routes: ["log", "all"], only: ["handler"], urls: [log] }],
    [["123456", "4915", "vote"], { routes: [], only: undefined, urls: [] }],
    [["777", "4477", undefined], { routes: ["uk"], only: ["webhook"], urls: [] }],
    [["888", "4915", "x"], { routes: ["app"], only: ["queue"], urls: [], applications: ["shop"] }],
  ]) assert.deepEqual(route(...given), { applications: [], ...expected }, JSON.stringify(given));
});

test("rules that can't be used are named, and messages go to all targets", () => {
  const rule = (more) => ({ name: "x", targets: "handler", ...more });
  for (const [rules, fault, more] of [
    ["[", "JSON is expected"], [[rule({ targets: "application:crm" })], '"x" has the unknown target "application:crm"', { SMPP_APPLICATIONS: '{"shop":{}}' }], [[rule({ targets: "application:shop" })], '"x" has the unknown target "application:shop"', { SMPP_APPLICATIONS: "" }],
    [[rule({ targets: "queue" })], '"x" has the unknown target "queue"'], [[rule({ targets: "webhook" })], '"x" has the unknown target "webhook"', { SMPP_WEBHOOK_URL: "" }],
    [[rule(), rule()], '"x" is the name of two routes'], [[rule({ account: "no" })], '"x" has the unknown account "no"'], [[rule({ targets: [] })], "0.targets is not as expected"], [[{ name: "x" }], "0.targets is not as expected"],
    [[rule({ targets: "http://example.com" })], "https is expected (SMPP_WEBHOOK_PRIVATE allows http)"], [[rule({ targets: "https://10.0.0.1/" })], "a public host is expected (SMPP_WEBHOOK_PRIVATE allows others)"],
    [[rule({ targets: "https://a:b@example.com" })], "no user name and password are expected"], [[rule({ targets: "mailto:a@b" })], "an https URL is expected"], [[rule({ colour: 1 })], "0.colour is not known"],
  ]) {
    const settings = read(rules, more);
    assert.deepEqual([settings.inboundRoutes, settings.inboundFault], [undefined, `SMPP_INBOUND_ROUTES: ${fault}`], JSON.stringify(rules));
  }
  assert.equal(read([rule({ targets: "https://example.com" })], { SMPP_WEBHOOK_SECRET: "", SMPP_WEBHOOK_URL: "" }).inboundFault, "SMPP_WEBHOOK_SECRET is missing");
  assert.throws(() => settingsOf(env({ SMPP_CALLBACK_HOSTS: "example.com", SMPP_WEBHOOK_SECRET: "" })), { message: "SMPP_WEBHOOK_SECRET is missing" });
  assert.deepEqual(settingsOf(env({ SMPP_CALLBACK_HOSTS: " Example.com *.example.org " })).callbackHosts, ["example.com", "*.example.org"]);
});

test("in workerd messages go where the rules say, and events of a message to its own URL", async (t) => {
  const smsc = await Smsc.start(t);
  const [webhook, votes, own] = [await startReceiver(t), await startReceiver(t), await startReceiver(t)];
  const rules = [{ name: "votes", keyword: "vote", targets: votes.url }, { name: "news", keyword: "news", targets: [votes.url, "webhook"] }];
  const gateway = await startGateway(t, { vars: {
    SMPP_URL: smsc.url, SMPP_WEBHOOK_URL: webhook.url, SMPP_WEBHOOK_SECRET: SECRET, SMPP_WEBHOOK_PRIVATE: "true", SMPP_INBOUND_ROUTES: JSON.stringify(rules), SMPP_CALLBACK_HOSTS: "127.0.0.1 *.example.com",
  } });
  await gateway.bound();
  smsc.answer = (pdu) => (pdu.short_message.message.toString() === "refused" ? { status: 0x0b } : {});
  const events = ({ requests }) => requests.map(({ body }) => JSON.parse(body));
  const ask = async (text) => assert.equal((await smsc.deliver({ source_addr: "447700900001", destination_addr: "12345", short_message: text })).command_status, 0);

  await ask("Vote  red");
  await ask("hello");
  await ask("NEWS");
  await until("all of them", () => votes.requests.length === 2 && webhook.requests.length === 2);
  const [vote, news] = events(votes).toSorted((a, b) => (a.data.text < b.data.text ? 1 : -1));
  assert.deepEqual([vote.type, vote.data.text, vote.data.keyword, vote.data.rest, vote.data.routes], ["message.received", "Vote  red", "vote", "red", ["votes"]]);
  assert.equal(news.data.text, "NEWS");
  assert.deepEqual(events(webhook).map(({ data }) => data.text).sort(), ["NEWS", "hello"]);
  assert.deepEqual(events(webhook).find(({ data }) => data.text === "hello").data.routes, []);
  assert.match(votes.requests[0].headers["webhook-signature"], /^v1,/);
  assert.equal((await gateway.get("/v1/inbound")).body.messages.length, 3);

  const sent = await gateway.post("/v1/messages", { to: "+447700900001", from: "12345", text: "hello", callbackUrl: own.url });
  assert.equal(sent.status, 202);
  const refused = await gateway.post("/v1/messages", { to: "+447700900001", from: "12345", text: "refused", callbackUrl: own.url });
  await gateway.message(sent.body.id, "delivered");
  await until("both events", () => own.requests.length === 2);
  assert.deepEqual(events(own).map(({ type, data }) => [type, data.id]).sort(), [["message.ended", refused.body.id], ["message.report", sent.body.id]]);
  const other = await gateway.post("/v1/messages", { to: "+447700900001", from: "12345", text: "hello" });
  await gateway.message(other.body.id, "delivered");
  await until("its event", () => webhook.requests.length === 3);
  assert.equal(own.requests.length, 2);

  for (const callbackUrl of ["https://example.org/", "https://example.com/", "https://x.example.com.evil.org/", "https://u:p@x.example.com/", "x", "ftp://127.0.0.1/"]) {
    const { status, body } = await gateway.post("/v1/messages", { to: "+447700900001", text: "hello", callbackUrl });
    assert.deepEqual([status, body.errors], [422, [{ path: "callbackUrl", message: "an https URL with a host of SMPP_CALLBACK_HOSTS is expected" }]], callbackUrl);
  }

  // A URL that wants no more events ends this one alone, and it can be tried again.
  own.answer = () => 410;
  const gone = await gateway.post("/v1/messages", { to: "+447700900001", from: "12345", text: "hello", callbackUrl: own.url });
  const { deadLetters: [letter] } = await until("the dead letter", async () => {
    const { body } = await gateway.get("/v1/dead-letters");
    return body.deadLetters.length > 0 && body;
  });
  assert.deepEqual([letter.target, letter.event.data.id], ["callback", gone.body.id]);
  own.answer = () => 204;
  await ask("vote again");
  await until("the vote", () => votes.requests.length === 3);
  await gateway.post(`/v1/dead-letters/${letter.id}/replay`);
  await until("the event", () => own.requests.length === 4);
});
