import type { TuningConstants } from "../defaults.js";
import { constant } from "../keyspace/constant.js";

/** Derives settings from tuning constants, once for each set of them. */
export function memoized<Settings extends object>(
  derive: (defaults: TuningConstants) => Settings,
): (defaults: TuningConstants) => Settings {
  const known = new WeakMap<TuningConstants, Settings>();
  return (defaults) => {
    const before = known.get(defaults);
    if (before !== undefined) return before;
    const settings = constant(derive(defaults));
    known.set(defaults, settings);
    return settings;
  };
}
