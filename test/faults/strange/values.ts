import { deserialize, serialize } from "node:v8";
import { runInNewContext } from "node:vm";

// Values that no sensible caller gives, and promises of other makers.

/** What throws whatever is done with it. */
export function unreadable(): object {
  const traps = new Proxy(
    {},
    {
      get: () => () => {
        throw new Error("a trap");
      },
    },
  );
  return new Proxy({}, traps);
}

export function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** An object of which one part throws when it is read. */
export function throwing(part: string, rest: object = {}): object {
  return Object.defineProperty({ ...rest }, part, {
    enumerable: true,
    get() {
      throw new Error("a getter");
    },
  });
}

/** What can be thrown that has no text. */
export const WITHOUT_TEXT: readonly (readonly [string, unknown])[] = [
  ["an object without a prototype", Object.create(null)],
  ["an error whose message throws", throwing("message", new Error("unseen"))],
  ["a proxy that throws", unreadable()],
  ["a revoked proxy", revoked()],
  ["a symbol", Symbol("s")],
  ["nothing", undefined],
];

/** Copies of a JSON value as other realms and libraries make them. */
export const FOREIGN_COPIES: readonly (readonly [string, (value: unknown) => unknown])[] = [
  ["another realm", (value) => runInNewContext(`JSON.parse(${JSON.stringify(JSON.stringify(value))})`)],
  ["v8.deserialize", (value) => deserialize(serialize(value))],
  ["structuredClone", (value) => structuredClone(value)],
  ["objects without a prototype", (value) => withoutPrototypes(value)],
];

function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [
    name,
    { value: withoutPrototypes(part), enumerable: true },
  ]);
  return Object.create(null, Object.fromEntries(entries));
}

/** Promises of other makers that settle to a value. */
export const FOREIGN_PROMISES: readonly (readonly [string, (value: unknown) => unknown])[] = [
  ["a thenable", (value) => thenable((settle) => settle(value))],
  ["a promise of another realm", (value) => runInNewContext("(value) => Promise.resolve(value)")(value)],
  ["a promise of a subclass", (value) => class Own<Value> extends Promise<Value> {}.resolve(value)],
  [
    "a function with then",
    (value) =>
      Object.assign(
        () => {},
        thenable((settle) => settle(value)),
      ),
  ],
  ["a thenable of a thenable", (value) => thenable((settle) => settle(thenable((inner) => inner(value))))],
];

/** Promises that never settle. */
export const NEVER: readonly (readonly [string, () => unknown])[] = [
  ["a promise", () => new Promise(() => {})],
  ["a thenable", () => thenable(() => {})],
  ["a promise of another realm", () => runInNewContext("new Promise(() => {})")],
  ["a thenable of a thenable", () => thenable((settle) => settle(thenable(() => {})))],
];

function thenable(start: (settle: (value: unknown) => void) => void): object {
  // biome-ignore lint/suspicious/noThenProperty: this is what a thenable is
  return { then: start };
}
