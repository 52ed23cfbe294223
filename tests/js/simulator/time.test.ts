import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSmppTime } from "../../../js/server/time.ts";

const now = Date.UTC(2026, 0, 31, 12, 0, 0);

// SMPP 5.0, 4.7.23.4 and 4.7.23.5
for (const [time, then] of [
  ["260102153000000+", Date.UTC(2026, 0, 2, 15, 30)],
  ["260102153007900+", Date.UTC(2026, 0, 2, 15, 30, 7, 900)],
  ["260102153000004+", Date.UTC(2026, 0, 2, 14, 30)], // an hour ahead of UTC
  ["260102153000022-", Date.UTC(2026, 0, 2, 21, 0)], // five and a half hours behind
  ["261231235959048+", Date.UTC(2026, 11, 31, 11, 59, 59)], // as far ahead as it goes
  ["280229000000000+", Date.UTC(2028, 1, 29)],
  ["000000000000000R", now],
  ["000000000130000R", now + 90_000],
  ["000002010000000R", now + 49 * 3_600_000],
  ["010000000000000R", Date.UTC(2027, 0, 31, 12, 0, 0)],
] as const) {
  test(`${time} is ${new Date(then).toISOString()}`, () => assert.equal(parseSmppTime(time, now), then));
}

for (const time of ["", "260102153000000", "260102153000000Z", "26010215300000+", "tomorrow at noon", "261302153000000+", "260132153000000+", "260231153000000+", "270229153000000+", "260100153000000+", "260002153000000+", "260102243000000+", "260102153000049+", "２60102153000000+"]) {
  test(`${JSON.stringify(time)} is no time`, () => assert.equal(parseSmppTime(time, now), undefined));
}
