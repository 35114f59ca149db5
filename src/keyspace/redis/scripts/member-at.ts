export type Members = Readonly<Record<string, unknown>>;

/** The member of a member of an input, and so on. @param path - names; empty for the input itself */
export function memberAt(input: unknown, path: readonly string[]): unknown {
  let value = input;
  for (const name of path) value = (value as Members)[name];
  return value;
}
