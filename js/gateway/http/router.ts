import { API_HEADERS, problem, problemResponse } from "../model/problem.ts";

/** The parts of a path that a route names by `:name`, each without percent-encoding. */
export type PathParameters = Record<string, string>;

/** What each method does at one path. */
export type Route<M> = Record<string, M>;

/** What a path leads to. */
export interface Found<M> {
  /** The path as the route is written. */
  pattern: string;
  route: Route<M>;
  parameters: PathParameters;
}

/** The route of `path` among `routes`, whose keys are paths. A part `:name` stands for any one part that is not empty. */
export function findRoute<M>(routes: Record<string, Route<M>>, path: string): Found<M> | undefined {
  const parts = path.split("/");
  for (const [pattern, route] of Object.entries(routes)) {
    const parameters = match(pattern.split("/"), parts);
    if (parameters) return { pattern, route, parameters };
  }
  return undefined;
}

function match(pattern: string[], parts: string[]): PathParameters | undefined {
  if (pattern.length !== parts.length) return undefined;
  const parameters: PathParameters = {};
  for (const [i, expected] of pattern.entries()) {
    const part = parts[i]!;
    if (expected.startsWith(":")) {
      const value = decoded(part);
      if (!value) return undefined;
      parameters[expected.slice(1)] = value;
    } else if (part !== expected) return undefined;
  }
  return parameters;
}

/** `undefined` for what is no percent-encoding of UTF-8. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** The parameters of a query. One that is given several times is a list, which no route takes. */
export function queryOf(parameters: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => {
    const values = parameters.getAll(name);
    return [name, values.length === 1 ? values[0]! : values];
  }));
}

/** The answer to a method that a path has not: which ones it has. */
export function methodNotAllowed(methods: string[]): Response {
  const allow = methods.join(", ");
  return problemResponse(problem("method-not-allowed", `${allow} can be used`), { allow });
}

/** The answer to a HEAD request, by the one that GET would get. */
export function withoutBody({ status, headers }: Response): Response {
  return new Response(null, { status, headers });
}

export function answer(body: BodyInit | null, type: string, status = 200): Response {
  return new Response(body, { status, headers: { ...API_HEADERS, "content-type": type } });
}

export function json(value: unknown, status?: number, replacer?: (name: string, part: unknown) => unknown): Response {
  return answer(JSON.stringify(value, replacer), "application/json", status);
}
