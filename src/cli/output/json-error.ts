/** What `JSON.parse` complained about, without the excerpt that newer engines repeat in it. */
export function jsonErrorText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, (\.\.\.)?".*is not valid JSON$/s, "").replace(/ in JSON( at position \d+).*$/s, "$1");
}
