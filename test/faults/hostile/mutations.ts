import { runInNewContext } from "node:vm";
import { revoked, throwing, unreadable } from "../strange/values.js";

/** One thing that a caller may do to a value it passes. */
export interface Mutation {
  readonly name: string;
  readonly apply: (given: unknown) => unknown;
}

/** What a function of the caller's throws: it comes out as it is. */
export const OF_THE_CALLER = new Error("thrown by the caller's own function");

function throwsIt(): never {
  throw OF_THE_CALLER;
}

/** A value in place of the right one, made anew for each call. */
const REPLACEMENTS: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  "-Infinity": () => Number.NEGATIVE_INFINITY,
  "-0": () => -0,
  "-1": () => -1,
  "0.5": () => 0.5,
  "2^53": () => 2 ** 53,
  "1e308": () => 1e308,
  "the least number": () => Number.MIN_VALUE,
  "milliseconds of now": () => Date.now(),
  "a bigint": () => 5n,
  "a symbol": () => Symbol("s"),
  true: () => true,
  "an empty text": () => "",
  __proto__: () => "__proto__",
  constructor: () => "constructor",
  "a long text": () => "x".repeat(2_000_000),
  "half a character": () => "a\uD800",
  "control characters": () => "a\0b\u001fc\u0000",
  "a boxed text": () => new String("agent-1"),
  "a date": () => new Date(0),
  "a map": () => new Map([["a", 1]]),
  bytes: () => new Uint8Array(8),
  "an expression": () => /a/g,
  "a function that returns nothing": () => () => undefined,
  "a function that returns a symbol": () => () => Symbol("s"),
  "a function that returns what throws": () => () => unreadable(),
  "a function that throws": () => throwsIt,
  "a function that rejects": () => () => {
    const rejected = Promise.reject(OF_THE_CALLER);
    rejected.catch(() => {}); // where nobody waits for promises, the caller is to blame
    return rejected;
  },
  "an empty list": () => [],
  "a list with holes": () => new Array(3),
  "a list of the largest length": () => new Array(2 ** 32 - 1),
  "a list of itself": () => {
    const list: unknown[] = [];
    list.push(list);
    return list;
  },
  "an object that claims a length": () => ({ length: 2 ** 53 - 1 }),
  "an empty object": () => ({}),
  "an object of itself": () => {
    const object: Record<string, unknown> = {};
    object.again = object;
    return object;
  },
  "a deep object": () => {
    let object: unknown = 1;
    for (let level = 0; level < 50_000; level += 1) object = { a: object };
    return object;
  },
  "an object of another realm": () => runInNewContext("({ a: [1, { b: 2 }] })"),
  "a date of another realm": () => runInNewContext("new Date(0)"),
  "what throws whatever is done with it": unreadable,
  "a revoked proxy": revoked,
  "a revoked list": () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  "a thenable that throws": () => throwing("then"),
  "what throws as a text": () => ({ toString: throwsIt, valueOf: throwsIt, [Symbol.toPrimitive]: throwsIt }),
  "what throws as JSON": () => ({ toJSON: throwsIt }),
  "a getter that throws": () => throwing("type"),
};

/** Something in the way of the right value. */
const WRAPPINGS: Readonly<Record<string, (given: object) => unknown>> = {
  "its first part throws": (given) => {
    const getter = { enumerable: true, get: throwsIt };
    const name = Object.keys(given)[0] ?? "0";
    return Object.defineProperty(Array.isArray(given) ? [...given] : { ...given }, name, getter);
  },
  "its last part throws": (given) => throwing(Object.keys(given).at(-1) ?? "any", given),
  "its names cannot be listed": (given) => new Proxy(given, { ownKeys: throwsIt }),
  "it has no prototype to look at": (given) => new Proxy(given, { getPrototypeOf: throwsIt }),
  "its parts cannot be described": (given) => new Proxy(given, { getOwnPropertyDescriptor: throwsIt }),
  "it cannot be asked for a part": (given) => new Proxy(given, { has: throwsIt }),
  "it is another one at the second look": (given) => {
    const seen = new Set<PropertyKey>();
    const get = (target: object, name: PropertyKey) => {
      if (seen.has(name)) return Symbol("another");
      seen.add(name);
      return Reflect.get(target, name);
    };
    return new Proxy(given, { get });
  },
  "its parts are inherited": (given) => Object.create(given),
  "it has a symbol for a name": (given) =>
    Object.assign(Array.isArray(given) ? [...given] : { ...given }, { [Symbol("s")]: 1 }),
  "it has a name nobody asked for": (given) =>
    Object.assign(Array.isArray(given) ? [...given] : { ...given }, { unasked: 1 }),
  "it is frozen": (given) => Object.freeze(Array.isArray(given) ? [...given] : { ...given }),
  "it claims a huge length": (given) =>
    new Proxy(given, { get: (target, name) => (name === "length" ? 2 ** 53 - 1 : Reflect.get(target, name)) }),
};

export const MUTATIONS: readonly Mutation[] = [
  ...Object.entries(REPLACEMENTS).map(([name, make]) => ({ name, apply: make })),
  ...Object.entries(WRAPPINGS).map(([name, wrap]) => ({
    name,
    apply: (given: unknown) => (typeof given === "object" && given !== null ? wrap(given) : wrap({ given })),
  })),
];

type Path = readonly (string | number)[];

/** Every place of arguments that something can be put in: themselves, and what plain objects and lists in them hold. Models are frozen. */
export function placesIn(args: readonly unknown[]): readonly Path[] {
  const inside = (value: unknown, path: Path): readonly Path[] => {
    if (!isPlain(value)) return [path];
    const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
    return [path, ...keys.flatMap((key) => inside(Reflect.get(value, key), [...path, key]))];
  };
  return args.flatMap((value, index) => inside(value, [index]));
}

/** A copy of arguments, changed in one place. */
export function changedAt(args: readonly unknown[], path: Path, mutation: Mutation): unknown[] {
  const change = (value: unknown, [key, ...rest]: Path): unknown => {
    if (key === undefined) return mutation.apply(value);
    const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
    Reflect.set(copy, key, change(Reflect.get(copy, key), rest));
    return copy;
  };
  return change(args, path) as unknown[];
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
