/**
 * `smpp-edge/limits`: a Worker that imports it has `SMPP_LIMITS`, which says how many messages recipients, prefixes and API keys may get:
 * `import "smpp-edge/limits";`.
 */
import { ROUTES } from "./http/routes.ts";
import { keeperObject } from "./limits/keeper.ts";
import { limits } from "./limits/limits.ts";
import { limitRoutes } from "./limits/routes.ts";
import { limitsOf } from "./limits/setting.ts";
import { extensions } from "./link/extensions.ts";

Object.assign(extensions, limits);
Object.assign(extensions.objects, { "@limits": (db: Parameters<typeof keeperObject>[0], env: Parameters<typeof limitsOf>[0]) => keeperObject(db, limitsOf(env)) });
Object.assign(ROUTES, limitRoutes);
