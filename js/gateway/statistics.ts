/** `smpp-edge/statistics`: a Worker that imports it counts what becomes of messages, and has `GET /v1/stats`: `import "smpp-edge/statistics";`. */
import { ROUTES } from "./http/routes.ts";
import { extensions } from "./link/extensions.ts";
import { linkStatistics } from "./statistics/link-statistics.ts";
import { statsRoutes } from "./statistics/routes.ts";

Object.assign(extensions, { link: linkStatistics });
Object.assign(ROUTES, statsRoutes);

export type { Group, Stats, StatsWindow } from "./statistics/stats.ts";
