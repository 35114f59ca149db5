/** Whether `Intl` knows a time zone by this name. */
export function isTimeZone(name: unknown): name is string {
  try {
    return typeof name === "string" && new Intl.DateTimeFormat("en-US", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
