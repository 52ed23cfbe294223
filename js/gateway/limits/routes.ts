import * as v from "valibot";
import type { Method } from "../http/routes.ts";
import { json, type Route } from "../http/router.ts";
import { check } from "../model/input.ts";
import { ProblemError } from "../model/problem.ts";
import { strict } from "../model/schema.ts";
import { PhoneNumber } from "../operations/opt-outs.ts";
import { COUNTRIES } from "../model/countries.ts";
import { forgetNumber, limitsOfCountry, limitsOfKey, limitsOfNumber, verify } from "./limits.ts";

const Query = strict({ number: v.optional(PhoneNumber), key: v.optional(v.string()), country: v.optional(v.pipe(v.string(), v.check((value) => COUNTRIES.has(value), "a country as ISO 3166 has it is expected"))) });
const Number = strict({ number: PhoneNumber });

/** Paths that limits add to the API. */
export const limitRoutes: Record<string, Route<Method>> = {
  "/v1/messages/:id/verified": {
    POST: { access: ["send", "own", "read"], handle: async ({ env, caller, parameters }) => json(await verify(env, caller, parameters["id"]!)) },
  },

  "/v1/limits": {
    GET: {
      access: ["read"],
      takesQuery: true,
      handle: async ({ env, query }) => {
        const { number, key, country } = check(Query, query, "invalid-query");
        if ([number, key, country].filter((value) => value !== undefined).length !== 1) throw new ProblemError("invalid-query", "One of number, key and country is expected");
        if (number !== undefined) return json(await limitsOfNumber(env, number));
        return json(await (key === undefined ? limitsOfCountry(env, country!) : limitsOfKey(env, key)));
      },
    },
    DELETE: {
      access: ["admin"],
      takesQuery: true,
      handle: async ({ env, query }) => {
        const { number } = check(Number, query, "invalid-query");
        await forgetNumber(env, number);
        return json({ number, counted: [] });
      },
    },
  },
};
