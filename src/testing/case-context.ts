import type { TuningOverrides } from "../common/tuning/defaults.js";
import { seededRandom } from "../maths/learning/seeded-random.js";
import type { Store } from "../store/store.js";
import type { ConformanceContext, StoreOpener } from "./conformance-case.js";
import { ManualClock } from "./manual-clock.js";

/** 16 May 2024, 12:00 UTC. */
const START_SECONDS = 1_715_860_800;

/** The stores and the clock of one running case. */
export class CaseContext implements ConformanceContext {
  readonly clock = new ManualClock(START_SECONDS);
  readonly #open: StoreOpener;
  readonly #cleanups: (() => Promise<unknown> | unknown)[] = [];

  constructor(open: StoreOpener) {
    this.#open = open;
  }

  readonly openStore = async (options: { readonly defaults?: TuningOverrides } = {}): Promise<Store> => {
    const request = { clock: this.clock.read, random: seededRandom(1), defaults: options.defaults ?? {} };
    const store = await this.#open(request, (task) => this.#cleanups.push(task));
    this.#cleanups.push(() => store.close());
    return store;
  };

  /** Does everything that was registered, last first, also after a failure, which it reports at the end. */
  async cleanUp(): Promise<void> {
    const failures: unknown[] = [];
    for (const task of this.#cleanups.splice(0).reverse()) {
      try {
        await task();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "Cleaning up after a conformance case failed.");
  }
}
