// Every script there is, with the documents that quote its figures. A test holds this list against both.

export interface Listed {
  readonly name: string;
  /** From this folder. */
  readonly file: string;
  readonly asks: string;
  /** From the root of the repository. */
  readonly documents: readonly string[];
}

/** What `npm run bench` runs, in this order. */
export const SUITES: readonly Listed[] = [
  {
    name: "sqlite",
    file: "suites/sqlite.ts",
    asks: "what a call costs on SQLite beside the bare statements it cannot avoid, and how fast events are learned",
    documents: ["docs/benchmarks.md"],
  },
  {
    name: "redis",
    file: "suites/redis.ts",
    asks: "what a call costs on Redis beside the bare commands of the same payload",
    documents: ["docs/benchmarks.md"],
  },
  {
    name: "engines",
    file: "suites/engines.ts",
    asks: "what the same calls cost on every engine, taking turns",
    documents: ["docs/benchmarks.md"],
  },
  {
    name: "original",
    file: "suites/original.ts",
    asks: "what the commands of the original's calls cost, beside ours doing the same job",
    documents: ["docs/benchmarks.md"],
  },
  {
    name: "scaling",
    file: "suites/scaling.ts",
    asks: "what calls cost in stores of 1000 to 1 000 000 policies",
    documents: ["docs/benchmarks.md"],
  },
  {
    name: "memory",
    file: "suites/memory.ts",
    asks: "how many bytes a policy takes, and what they go into",
    documents: ["docs/benchmarks.md"],
  },
];

/** Scripts that answer one question each; `npm run bench` runs them by name alone. */
export const EXPERIMENTS: readonly Listed[] = [
  {
    name: "bandits",
    file: "experiments/bandits.ts",
    asks: "how much each way of exploring loses against the best action, on contextual bandits",
    documents: ["docs/learning.md"],
  },
  {
    name: "best-ten",
    file: "experiments/best-ten.ts",
    asks: "what the ten best of a scope cost, by bounds and by reading everything",
    documents: ["docs/benchmarks.md", "docs/decisions/0022-best-by-bounds.md"],
  },
  {
    name: "decision-ids",
    file: "experiments/decision-ids.ts",
    asks: "what it costs that decision ids are sealed, and which share of a decide that is",
    documents: [],
  },
  {
    name: "import-time",
    file: "experiments/import-time.ts",
    asks: "how long importing each entry of the package takes",
    documents: ["docs/decisions/0007-dependencies.md"],
  },
  {
    name: "proven",
    file: "experiments/proven.ts",
    asks: "whether an error budget keeps what it promises, in worlds with known truth",
    documents: ["docs/trust.md"],
  },
  {
    name: "retirement",
    file: "experiments/retirement.ts",
    asks: "how soon a policy is retired when it fails, and how often when it does not",
    documents: ["docs/retirement.md"],
  },
  {
    name: "rhythms",
    file: "experiments/rhythms.ts",
    asks: "how many rhythms are found where there are some, and where there are none",
    documents: ["docs/rhythms.md"],
  },
  {
    name: "script-cost",
    file: "experiments/script-cost.ts",
    asks: "where the time of a scripted call goes on a Redis server",
    documents: ["docs/benchmarks.md", "docs/decisions/0028-what-a-call-costs-on-redis.md"],
  },
  {
    name: "similar",
    file: "experiments/similar.ts",
    asks: "how much may be served when states that resemble each other are taken together, and whether that keeps its promise",
    documents: ["docs/decisions/0031-states-that-resemble-each-other.md"],
  },
  {
    name: "sqlite-drivers",
    file: "experiments/sqlite-drivers.ts",
    asks: "what each SQLite driver does when it goes wrong, and what calls cost on it",
    documents: ["docs/decisions/0030-sqlite-drivers.md"],
  },
  {
    name: "tau-bench",
    file: "experiments/tau-bench.ts",
    asks: "what a cache would have served of a real agent's decisions, and how that turned out",
    documents: ["docs/learning.md"],
  },
];
