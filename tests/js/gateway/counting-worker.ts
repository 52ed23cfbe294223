// A gateway whose links count the rows that their statements read: GET /rows-read is the first link's count so far.

import { SmppGateway, SmppLink as Link, smppRoutes, type GatewayEnv } from "../../../js/gateway/index.ts";

export { SmppGateway };

type Cursor = { readonly rowsRead: number };

export class SmppLink extends Link {
  readonly #count: () => number;

  constructor(ctx: DurableObjectState, env: GatewayEnv) {
    const { sql } = ctx.storage;
    const exec = sql.exec.bind(sql) as (...values: unknown[]) => Cursor;
    let last: Cursor | undefined;
    let read = 0;
    // A cursor knows what it read when it was read to its end: by the next statement it was.
    const count = (next?: Cursor): number => {
      read += last?.rowsRead ?? 0;
      last = next;
      return read;
    };
    const counted = (...values: unknown[]): Cursor => {
      const cursor = exec(...values);
      count(cursor);
      return cursor;
    };
    Object.defineProperty(sql, "exec", { value: counted });
    super(ctx, env);
    this.#count = count;
  }

  async rowsRead(): Promise<number> {
    return this.#count();
  }
}

const routes = smppRoutes();

export default {
  async fetch(request: Request, env: GatewayEnv, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname !== "/rows-read") return routes.fetch(request, env, ctx);
    const link = env.SMPP_LINK.getByName("main/0") as unknown as { rowsRead(): Promise<number> };
    return Response.json(await link.rowsRead());
  },
};
