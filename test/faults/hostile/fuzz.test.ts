import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { PolicyCacheError } from "../../../src/common/errors.js";
import { ManualClock } from "../../support/manual-clock.js";
import { storedContent } from "../../support/stores/stored-content.js";
import { describeOnEveryEngine, freshLocation } from "../../support/stores/stores.js";
import { createTemporaryFolder, removeFolder } from "../../support/temporary-folder.js";
import { changedAt, MUTATIONS, OF_THE_CALLER, placesIn } from "./mutations.js";
import { OWNERS, prepareWorld, RIGHT_CALLS, surfaceOf, type World } from "./right-calls.js";

// Whatever a caller passes, in whatever place: what comes out is an answer or an error of ours, and a call that was refused
// has changed nothing.

/** FUZZ_RUNS=20000 for an evening of it. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 150);
const LONGEST_MS = 10_000;
const LONGEST_MESSAGE = 1000;

const elsewhere = createTemporaryFolder();
afterAll(() => removeFolder(elsewhere));

describeOnEveryEngine("a hostile caller", (engine) => {
  const home = process.cwd();
  let cache: PolicyCache;
  let world: World;
  /** Calls that answer with a promise. */
  const promising = new Set<string>();

  const location = (name: string) => (engine === "sqlite" ? join(elsewhere, name) : freshLocation(engine));

  beforeAll(async () => {
    process.chdir(elsewhere); // what is taken for a path must not become a file of ours
    cache = await PolicyCache.open(location("own.db"), { workers: "inline", clock: new ManualClock().read });
    world = await prepareWorld(cache, location("other.db"));
  });
  afterAll(async () => {
    await cache.close();
    process.chdir(home);
  });

  /** What a call answers, on a cache of its own on the same store: it may be closed. */
  async function prepared(name: string, args: readonly unknown[]): Promise<() => unknown> {
    const own = { ...world, cache: await PolicyCache.open(cache.store, { workers: "inline" }) };
    const [owner = "", ...rest] = name.split(".");
    const target = OWNERS[owner]?.(own) ?? {};
    const method = Reflect.get(target, rest.join(".")) as () => unknown;
    return () => Reflect.apply(method, target, args);
  }

  it("meets no function without a right call, and each of these is right", async () => {
    expect(Object.keys(RIGHT_CALLS).toSorted()).toEqual(surfaceOf(world).toSorted());
    for (const [name, argsOf] of Object.entries(RIGHT_CALLS)) {
      const call = await prepared(name, argsOf(world));
      const answer = call();
      if (answer instanceof Promise) promising.add(name);
      await endOf(answer).catch((cause: unknown) => {
        throw new Error(name, { cause });
      });
    }
  });

  it("gets answers or errors of ours, and has changed nothing where it is refused", async () => {
    const hostileCall = fc.record({
      name: fc.constantFrom(...Object.keys(RIGHT_CALLS)),
      place: fc.nat(10_000),
      mutation: fc.constantFrom(...MUTATIONS.keys()).map((index) => MUTATIONS[index]),
    });
    let before = await storedContent(cache.store);
    const property = fc.asyncProperty(hostileCall, async ({ name, place, mutation }) => {
      const args = RIGHT_CALLS[name]?.(world) ?? [];
      const places = placesIn(args);
      const path = places[place % places.length];
      if (path === undefined || mutation === undefined) return;
      const what = `${name}, at ${path.join(".")}: ${mutation.name}`;
      const call = await prepared(name, changedAt(args, path, mutation));
      let refusal: { readonly error: unknown } | undefined;
      try {
        await within(LONGEST_MS, startOf(call, promising.has(name)));
      } catch (error) {
        refusal = { error };
      }
      const found = before;
      before = await storedContent(cache.store);
      if (refusal === undefined) return;
      requireOurs(what, refusal.error);
      expect(before, what).toEqual(found);
    });
    await fc.assert(property, { numRuns: RUNS });
  }, 3_600_000);
});

/** Starts a call, and ends what it has begun. Who answers with promises must refuse with them, too. */
function startOf(call: () => unknown, isPromising: boolean): Promise<unknown> {
  if (!isPromising) return Promise.resolve().then(async () => endOf(call()));
  let answer: unknown;
  try {
    answer = call();
  } catch (cause) {
    return Promise.reject(new Error("it throws, though it answers with promises", { cause }));
  }
  return endOf(answer);
}

async function endOf(given: unknown): Promise<unknown> {
  const answer = await given;
  if (answer instanceof PolicyCache) await answer.close();
  if (typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer) {
    for await (const _ of answer as AsyncIterable<unknown>) break;
  }
  return undefined;
}

function requireOurs(what: string, error: unknown): void {
  const isOurs = PolicyCacheError.isInstance(error);
  const isOfTheCaller =
    error === OF_THE_CALLER || (error instanceof DOMException && /^(Abort|Timeout)Error$/.test(error.name));
  if (!isOurs && !isOfTheCaller) throw new Error(`${what}: no error of ours`, { cause: error });
  if (isOurs) expect(error.message.length, what).toBeLessThan(LONGEST_MESSAGE);
}

async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it never settles")), limitMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
