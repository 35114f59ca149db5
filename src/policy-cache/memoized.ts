import type { TuningConstants } from "../defaults.js";

/** Derives something from tuning constants, once for each set of them. */
export function memoized<Derived>(
  derive: (defaults: TuningConstants) => Derived,
): (defaults: TuningConstants) => Derived {
  const known = new WeakMap<TuningConstants, Derived>();
  return (defaults) => {
    const before = known.get(defaults);
    if (before !== undefined) return before;
    const derived = derive(defaults);
    known.set(defaults, derived);
    return derived;
  };
}
