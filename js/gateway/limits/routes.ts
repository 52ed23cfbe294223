import * as v from "valibot";
import type { Method } from "../http/routes.ts";
import { json, type Route } from "../http/router.ts";
import { check } from "../model/input.ts";
import { ProblemError } from "../model/problem.ts";
import { strict } from "../model/schema.ts";
import { PhoneNumber } from "../operations/opt-outs.ts";
import { forgetNumber, limitsOfKey, limitsOfNumber } from "./limits.ts";

const Query = strict({ number: v.optional(PhoneNumber), key: v.optional(v.string()) });
const Number = strict({ number: PhoneNumber });

/** Paths that limits add to the API. */
export const limitRoutes: Record<string, Route<Method>> = {
  "/v1/limits": {
    GET: {
      access: ["read"],
      takesQuery: true,
      handle: async ({ env, query }) => {
        const { number, key } = check(Query, query, "invalid-query");
        if ((number === undefined) === (key === undefined)) throw new ProblemError("invalid-query", "One of number and key is expected");
        return json(number === undefined ? await limitsOfKey(env, key!) : await limitsOfNumber(env, number));
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
