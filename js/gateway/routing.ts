/** `smpp-edge/routing`: a Worker that imports it is asked for the route of each message, by the method `smppRoute` of its default export: `import "smpp-edge/routing";`. */
import { extensions } from "./link/extensions.ts";
import { choose } from "./routing/choose.ts";

Object.assign(extensions, { choose });

export type { RouteAnswer, RouteQuestion } from "./routing/choose.ts";
