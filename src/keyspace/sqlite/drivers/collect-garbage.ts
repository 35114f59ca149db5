import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { nextTurn } from "../../../common/timing.js";

let collection: Promise<void> | undefined;
let collect: (() => void) | undefined;

/**
 * Collects what is not in use any more, so that native parts let go of what they hold: some milliseconds. Those who ask in
 * the same turn share it.
 */
export function collectGarbage(): Promise<void> {
  collection ??= nextTurn().then(() => {
    collection = undefined;
    collect ??= findCollector();
    collect();
    return nextTurn(); // native parts are finalized in a turn of their own
  });
  return collection;
}

/** The collector that a context has which is made while V8 exposes it. */
function findCollector(): () => void {
  if (globalThis.gc !== undefined) return globalThis.gc;
  try {
    setFlagsFromString("--expose-gc");
    return runInNewContext("gc") as () => void;
  } catch {
    return () => {}; // another engine than V8: what is not in use goes whenever it does
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}
