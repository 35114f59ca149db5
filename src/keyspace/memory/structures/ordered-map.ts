import sortedBtree from "sorted-btree";

type BTreeClass = typeof sortedBtree.default;
// The default import of this CommonJS package is the module in Node and the class itself under bundlers and vitest.
const BTree: BTreeClass = "default" in sortedBtree ? sortedBtree.default : (sortedBtree as BTreeClass);

/** A map whose keys are in order. */
export type OrderedMap<Key, Value> = InstanceType<typeof BTree<Key, Value>>;
export type OrderedSet<Member> = OrderedMap<Member, true>;

export function createOrderedMap<Key, Value>(compare: (left: Key, right: Key) => number): OrderedMap<Key, Value> {
  return new BTree<Key, Value>(undefined, compare);
}
