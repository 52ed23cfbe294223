import * as v from "valibot";
import type { Method } from "../http/routes.ts";
import { answer, json, type Route } from "../http/router.ts";
import { check, date } from "../model/input.ts";
import { strict } from "../model/schema.ts";
import { isTimeZone } from "../model/time-zone.ts";
import { DIMENSIONS, type Dimension } from "./link-statistics.ts";
import { readStats, statsCsv } from "./stats.ts";
import { STEPS, type Step } from "./windows.ts";

const names: readonly string[] = [...DIMENSIONS, "reason"];
const By = v.pipe(v.string(), v.transform((list) => list.split(",")), v.check((list) => list.every((name, i) => names.includes(name) && list.indexOf(name) === i), `names of ${names.join(", ")} are expected`));
const Query = strict({
  since: v.optional(date), until: v.optional(date), step: v.optional(v.picklist(Object.keys(STEPS) as Step[]), "hour"), by: v.optional(By),
  tz: v.optional(v.pipe(v.string(), v.check(isTimeZone, "a time zone as Europe/London is expected")), "UTC"), format: v.optional(v.picklist(["json", "csv"])),
});

/** The path that statistics add to the API. */
export const statsRoutes: Record<string, Route<Method>> = {
  "/v1/stats": {
    GET: {
      access: ["read"],
      takesQuery: true,
      handle: async ({ env, query }) => {
        const { format, by = [], ...rest } = check(Query, query, "invalid-query");
        const stats = await readStats(env, { ...rest, by: by as (Dimension | "reason")[] });
        return format === "csv" ? answer(statsCsv(stats), "text/csv") : json(stats);
      },
    },
  },
};
