/** What `learn --json` promises to print. */
export interface LearnSummary {
  readonly events: number;
  readonly recorded: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly episodes: number;
  readonly states: number;
  readonly pairs: number;
  readonly crystallized: number;
  readonly passing: number;
  readonly policies: number;
  readonly agents: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly store: string;
  readonly files: readonly string[];
  readonly interrupted?: boolean;
}
