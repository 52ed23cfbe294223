import * as v from "valibot";
import { ProblemError } from "./problem.ts";
import { isRecord } from "./schema.ts";

/** A setting that can't be used. The message names it and never holds its value. */
export class ConfigError extends ProblemError {
  override readonly name = "ConfigError";

  constructor(message: string) {
    super("misconfigured", message);
  }
}

/** The value of a setting, an object or, by its schema, a list, which may be JSON; throws a {@link ConfigError} that names what is wrong, without its value. */
export function readSetting<S extends v.GenericSchema>(name: string, given: unknown, schema: S): v.InferOutput<S> {
  let value = given;
  if (typeof given === "string") {
    // A name that objects take for something else.
    if (given.includes('"__proto__"')) throw new ConfigError(`${name}: "__proto__" is no name`);
    try {
      value = JSON.parse(given);
    } catch {
      throw new ConfigError(`${name}: JSON is expected`);
    }
  }
  const isList = schema.type === "array";
  if (isList ? !Array.isArray(value) : !isRecord(value)) throw new ConfigError(`${name}: a JSON ${isList ? "array" : "object"} is expected`);
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new ConfigError(`${name}: ${faultOf(result.issues[0])}`);
}

/** Names the field, and never its value. */
export function faultOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  const unknown = issue.type === "strict_object" && issue.expected === "never";
  return path ? `${path} ${unknown ? "is not known" : "is not as expected"}` : "is not as expected";
}
