/** A Lua script. */
export interface Script {
  readonly lua: string;
  /** What Redis calls it. */
  readonly sha1: string;
}

/** An operation as a Lua script. */
export interface CompiledOperation extends Script {
  readonly access: string;
  /** Whether it keeps the times of deliveries beside its streams, under a key of their own. */
  readonly usesDeliveries: boolean;
  /** Paths to maps in the output that may be empty; `*` stands for every item of a list. */
  readonly mapsInOutput: readonly string[];
  /** The line each function begins at, and its name and source. */
  readonly functions: readonly (readonly [line: number, source: string])[];
}
