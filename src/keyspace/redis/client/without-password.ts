/** A URL as messages show it. Whatever comes before the last `@` may be a password, also in a URL that is malformed. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/.*@/s, "//***@");
}
