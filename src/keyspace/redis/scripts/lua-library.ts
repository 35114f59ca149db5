/** A function or a constant of Lua that scripts are put together from. */
export interface LuaPart {
  /** A function, or the declaration of a constant. */
  readonly lua: string;
  /** What it was compiled from: its name there, its file and its line. */
  readonly source: string;
  /** Names of the parts that it refers to. */
  readonly needs: readonly string[];
  /** A rare function is one that most calls do without. */
  readonly kind: "constant" | "function" | "rare";
}

/** Parts by their names, each behind the constants it needs. */
export type LuaLibrary = Readonly<Record<string, LuaPart>>;

/** An operation as the library holds it. */
export interface CompiledOperation {
  /** Name of its function. */
  readonly main: string;
  readonly access: string;
  /** Paths to maps in the output that may be empty; `*` stands for every item of a list. */
  readonly mapsInOutput: readonly string[];
}
