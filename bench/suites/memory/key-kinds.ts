/** What lies under a key, by its first part: docs/how-it-works.md lists them. */
const KINDS: Readonly<Record<string, string>> = {
  state: "evidence and policy",
  members: "list of policies",
  lookup: "look-ups by action and id",
  states: "list of states",
  clock: "order of recency",
  ranking: "bounds of the best",
  filter: "existence filter",
  filters: "existence filter",
  history: "history for explain",
  seen: "event ids",
  episodes: "episodes",
  visits: "episodes",
  decisions: "decisions reported",
  ledger: "predictions",
  errors: "predictions",
  access: "uses",
  edges: "links",
  deliveries: "outcome stream",
};

/** @param key - without the prefix of its shard */
export function kindOf(key: string): string {
  const [first = ""] = key.split("\t", 1);
  if (first === "stream:policy_mutations") return "outcome stream";
  if (first.startsWith("stream:policy_mutations:")) return "policy events";
  return KINDS[first] ?? "other";
}
