/** An operation as a Lua script. */
export interface CompiledOperation {
  readonly access: string;
  /** What Redis calls the script. */
  readonly sha1: string;
  /** Whether it keeps the times of deliveries beside its streams, under a key of their own. */
  readonly usesDeliveries: boolean;
  /** Paths to maps in the output that may be empty; `*` stands for every item of a list. */
  readonly mapsInOutput: readonly string[];
  /** The line each function begins at, and its name and source. */
  readonly functions: readonly (readonly [line: number, source: string])[];
  readonly lua: string;
}
