/**
 * The Unix milliseconds that a time of SMPP names (5.0, 4.7.23.4): `YYMMDDhhmmsstnnp`, absolute with p `+` or `-`, relative
 * to `now` with `R`. Undefined if it is neither.
 */
export function parseSmppTime(time: string, now: number): number | undefined {
  const match = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d)(\d\d)([+R-])$/.exec(time);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second, tenth, quarters] = match.slice(1, 9).map(Number) as [
    number, number, number, number, number, number, number, number,
  ];
  if (match[9] === "R") {
    const then = new Date(now);
    then.setUTCFullYear(then.getUTCFullYear() + year, then.getUTCMonth() + month, then.getUTCDate() + day);
    return then.getTime() + ((hour * 60 + minute) * 60 + second) * 1_000;
  }
  if (hour > 23 || minute > 59 || second > 59 || quarters > 48) return undefined;
  const local = Date.UTC(2000 + year, month - 1, day, hour, minute, second, tenth * 100);
  // A month or a day that does not exist would be one of the months around it.
  const date = new Date(local);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offset = quarters * 15 * 60_000;
  return match[9] === "+" ? local - offset : local + offset;
}
