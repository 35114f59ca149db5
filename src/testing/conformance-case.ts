import type { TuningOverrides } from "../common/tuning/defaults.js";
import type { Store } from "../store/store.js";
import type { ManualClock } from "./manual-clock.js";

/** What a store of a case must be opened with. Hand the three on to `openStore` or to `new Store(engine, request)`. */
export interface StoreRequest {
  /** Unix time in seconds. */
  readonly clock: () => number;
  /** Uniform numbers from 0 to below 1. */
  readonly random: () => number;
  /** Constants in place of the library's own that the case relies on. */
  readonly defaults: TuningOverrides;
}

/** Registers something to do when the case is over, last registered first. */
export type OnCleanup = (task: () => Promise<unknown> | unknown) => void;

/**
 * Opens a new, empty store on the engine under test. Called at least once by every case that needs one; the suite
 * closes what it opened, so `onCleanup` is only for what lies below, such as a folder.
 */
export type StoreOpener = (request: StoreRequest, onCleanup: OnCleanup) => Promise<Store>;

/** What a case is given. Every case has its own. */
export interface ConformanceContext {
  /** The clock of all stores of the case; starts on a Thursday noon, UTC. */
  readonly clock: ManualClock;
  /** Opens a new, empty store that is closed when the case is over. */
  readonly openStore: (options?: { readonly defaults?: TuningOverrides }) => Promise<Store>;
}

/** One numbered behaviour of the specification. */
export interface ConformanceCase {
  /** Its number in the specification, for instance "C13". */
  readonly id: string;
  /** The behaviour, as a sentence. */
  readonly title: string;
  /** The primitive it belongs to, as in the specification's headings. */
  readonly section: string;
  /** Resolves when the behaviour is there, rejects (usually with an AssertionError) when it is not. */
  readonly run: (context: ConformanceContext) => Promise<void>;
}

/** A case as it is written down in a file of its section. */
export type CaseBody = (context: ConformanceContext) => Promise<void> | void;

/** The cases of one section, in the order they are written. */
export function section(
  name: string,
  cases: Readonly<Record<`C${number}`, readonly [title: string, body: CaseBody]>>,
): readonly ConformanceCase[] {
  return Object.entries(cases).map(([id, [title, body]]) => ({
    id,
    title,
    section: name,
    run: async (context) => body(context),
  }));
}
