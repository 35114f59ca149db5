/**
 * What a store holds, without what is random in it: the key that decision ids are sealed with, and the nonces of decisions.
 * Of the decisions that were reported the times stay. Fingerprints are as long as nonces, and stay.
 */
export function withoutRandomness(content: object): unknown {
  const isFingerprint = (text: string) => /^[0-9a-f]+$/.test(text);
  const text = JSON.stringify(content).replace(/(?<=")([\w-]{16}|[\w-]{43})(?=\\*")/g, (found) =>
    isFingerprint(found) ? found : "random",
  );
  return JSON.parse(text);
}

/** As {@link withoutRandomness}, of {@link storedContent}, where members of indexes are part of the names. */
export function namedWithoutRandomness(content: Readonly<Record<string, unknown>>): unknown {
  const isReported = ([name]: readonly [string, unknown]) => /^score \d+ decisions\t/.test(name);
  const entries = Object.entries(content);
  const reported = entries.filter(isReported).map(([name, score]) => [name.replace(/\S+$/, ""), score]);
  const others = Object.fromEntries(entries.filter((entry) => !isReported(entry)));
  const inOrder = reported.map((entry) => JSON.stringify(entry)).sort();
  return withoutRandomness({ ...others, reported: inOrder });
}
