// What Redis gives a script (Lua 5.1). Declared only: nothing of this exists in Node.

export type RedisArgument = string | number;

// `this: void`: these are plain functions in tables, not methods.

/** A null reply arrives as `false`, numbers as numbers, everything else as text. */
export declare const redis: {
  call<Reply>(this: void, command: string, ...given: readonly RedisArgument[]): Reply;
  /** As `call`, but a failure is returned. */
  pcall<Reply>(this: void, command: string, ...given: readonly RedisArgument[]): Reply | { readonly err: string };
};

/** Keeps every bit of a number, in C: `cjson` writes 14 digits. */
export declare const cmsgpack: {
  pack(this: void, value: unknown): string;
  unpack<Value>(this: void, packed: string): Value;
};

/** Reads JSON that JavaScript wrote, every number exactly. */
export declare const cjson: { decode<Value>(this: void, text: string): Value };

/** The keys the script may touch, from position 1 on, as they are called on the server. */
export declare const KEYS: Readonly<Record<string | number, string | undefined>>;

/** Prefix of every key of the shard, and the input of the operation as MessagePack. */
export declare const ARGV: readonly [keyPrefix: string, input: string];

export declare const string: {
  byte(this: void, text: string, position: number): number;
  char(this: void, byte: number): string;
  format(this: void, format: string, value: number): string;
  match(this: void, text: string, pattern: string): string;
  sub(this: void, text: string, first: number, last: number): string;
};

export declare const table: {
  sort<Value>(this: void, values: Value[], isBefore: (left: Value, right: Value) => boolean): void;
};

/** What `pcall` answers: whether the function came back, and with what; otherwise what it threw. */
type Attempt<Value> = readonly [isDone: boolean, value: Value] & { readonly __tstlMultiReturn: never };

/** Calls a function that may throw. */
export declare function pcall<Value>(this: void, attempt: (text: string) => Value, text: string): Attempt<Value>;
export declare function type(this: void, value: unknown): "table" | "nil" | "boolean" | "number" | "string";

/** Ends the script. @param reply - of a command that failed */
export declare function error(reply: string | { readonly err: string }, level: number): never;
export declare function tonumber(text: string): number;
