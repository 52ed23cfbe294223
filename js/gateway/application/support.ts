import { decodePdus } from "../../engine/codec.ts";
import type { ApplicationSupport } from "../link/applications.ts";
import { DeliveryError } from "../link/delivery-error.ts";
import { splitPayload } from "../link/event-store.ts";
import { applicationOfKey, applicationsOf, inboundApplication } from "../model/applications.ts";
import type { GatewayEnv } from "../model/config.ts";
import type { ApplicationOrigin, DeadLetter, Envelope } from "../model/delivery-event.ts";
import { fromHex } from "../model/hex.ts";
import { timeOf } from "../model/ids.ts";
import { bare } from "../model/routes.ts";
import type { SmppApplication } from "./application.ts";
import { metricsOf } from "./metrics.ts";
import { sentOf, submissionOf } from "./submission.ts";

/** What links do for applications. */
export const support: ApplicationSupport = {
  target: (env) => [{
    name: "application",
    places: 64,
    timeout: 15_000,
    accepts: (_type, data) => applicationOf(data) !== undefined,
    deliver: async ({ id, type, payload }) => {
      const { body } = splitPayload(payload);
      const name = applicationOf((JSON.parse(body) as Envelope).data)!;
      if (!env.SMPP_APPLICATION) throw new DeliveryError("SMPP_APPLICATION is not bound any more");
      await env.SMPP_APPLICATION.getByName(name).take([{ id, type, payload: body }]);
      return true;
    },
  }],
  origin: (caller, id, input) => {
    const name = applicationOfKey(caller);
    if (name === undefined) return undefined;
    const { bind, group, pdu, to } = input();
    return {
      name, to: bare(to), submittedAt: new Date(timeOf(id)).toISOString(),
      ...(bind === undefined ? {} : { bind }), ...(group === undefined ? {} : { group }), ...(pdu === undefined ? {} : { pdu }),
    };
  },
  inboundFor: (env, to) => {
    const name = inboundApplication(applicationsOf(env), to);
    return name === undefined ? undefined : { name };
  },
  submit: async (client, input) => sentOf(await client.request(submissionOf(input))),
  answerOf: sentOf,
  textOf: (pdu) => decodePdus(fromHex(pdu)).pdus[0]?.text?.value,
  deadLetters: async (env, before, limit) => (await Promise.all(objects(env).map((object) => object.deadLetters(before, limit)))).flat() as DeadLetter[],
  replay: async (env, id) => (await Promise.all(objects(env).map((object) => object.replay(id)))).includes(true),
  applications: (env) => Promise.all(objects(env).map((object) => object.status())),
  metrics: async (env) => metricsOf((await Promise.allSettled(objects(env).map((object) => object.status()))).flatMap((status) => (status.status === "fulfilled" ? [status.value] : []))),
  erase: async (env, number) => {
    for (const object of objects(env)) await object.erase(number);
  },
};

/** Those of the applications that the settings have. */
function objects(env: GatewayEnv): DurableObjectStub<SmppApplication>[] {
  const { SMPP_APPLICATION: objects } = env;
  return objects ? applicationsOf(env).map(({ name }) => objects.getByName(name)) : [];
}

function applicationOf(data: unknown): string | undefined {
  return (data as { application?: ApplicationOrigin }).application?.name;
}
