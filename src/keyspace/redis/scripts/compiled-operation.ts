/** A Lua script. */
export interface Script {
  readonly lua: string;
  /** What Redis calls it. */
  readonly sha1: string;
}

/** A part of an operation's input that is an argument of its script, or one of its keys. */
export interface InputPart {
  /** Names of members; empty for the input itself. */
  readonly path: readonly string[];
  readonly kind: InputKind;
}

/** How a part is written. Absent optional parts are empty arguments. */
export type InputKind =
  | "text"
  | "optionalText"
  | "number"
  | "boolean"
  | "key"
  | "optionalKey"
  | "keys"
  | "payload"
  | "payloads"
  | "json"
  | "optionalJson"
  | "wrappedJson";

/** An operation as a Lua script. */
export interface CompiledOperation extends Script {
  readonly access: string;
  /** In the order of the arguments; the parts that are keys and always there come first among the keys. */
  readonly input: readonly InputPart[];
  /** Members of the input that are part of the text of the script. */
  readonly constants: readonly string[];
  /** Whether it keeps the times of deliveries beside its streams, under a key of their own. */
  readonly usesDeliveries: boolean;
  /** Paths to maps in the output that may be empty; `*` stands for every item of a list. */
  readonly mapsInOutput: readonly string[];
  /** Lines at which what a function does begins, or goes on, with its name and source. */
  readonly functions: readonly (readonly [line: number, source: string])[];
}
