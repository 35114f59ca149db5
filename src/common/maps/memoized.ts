/** Derives something from an object, once as long as there is that object. */
export function memoized<Source extends object, Derived>(
  derive: (source: Source) => Derived,
): (source: Source) => Derived {
  const known = new WeakMap<Source, Derived>();
  return (source) => {
    const before = known.get(source);
    if (before !== undefined) return before;
    const derived = derive(source);
    known.set(source, derived);
    return derived;
  };
}
