import { describe, it } from "vitest";
import { conformanceCases, runConformanceCase, type StoreOpener } from "../../src/testing/index.js";

/** Runs every conformance case on an engine, each as a test named by its number. */
export function describeConformance(engine: string, openStore: StoreOpener): void {
  describe(`conformance on ${engine}`, () => {
    for (const conformanceCase of conformanceCases) {
      it(`${conformanceCase.id}: ${conformanceCase.title}`, () => runConformanceCase(conformanceCase, openStore));
    }
  });
}
