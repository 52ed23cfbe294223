const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether the name is one of a time zone, as `Europe/London`. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What clocks in the time zone show at a time, as `2030-01-31 12:34:56`. */
export function localTime(time: number, timeZone: string): string {
  return formatOf(timeZone).format(time);
}

/** Throws a RangeError for a time zone that does not exist. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) formats.set(timeZone, (format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" })));
  return format;
}
