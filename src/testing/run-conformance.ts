import { InvalidArgumentError } from "../common/errors.js";
import { LONGEST_TIMER_MS, startInterval, stopInterval } from "../common/timing.js";
import { CaseContext } from "./case-context.js";
import { conformanceCases } from "./cases/index.js";
import type { ConformanceCase, StoreOpener } from "./conformance-case.js";

/** Which cases to run, and who is told of them. */
export interface RunConformanceOptions {
  /** Numbers of the cases to run, for instance `["C13", "C92"]`. Default: all. */
  readonly only?: readonly string[];
  /** Told about every case as soon as it is over. */
  readonly onResult?: (result: ConformanceResult) => void;
}

/** What came of one case. */
export interface ConformanceResult extends Pick<ConformanceCase, "id" | "title" | "section"> {
  readonly passed: boolean;
  /** Why it did not pass. */
  readonly error?: unknown;
}

/**
 * Runs the conformance suite against an engine, one case after the other.
 *
 * @returns one result per case, in the order of the specification; the suite itself never rejects because of one
 * @throws {@link InvalidArgumentError} for a number in `only` that no case has
 */
export async function runConformance(
  openStore: StoreOpener,
  options: RunConformanceOptions = {},
): Promise<readonly ConformanceResult[]> {
  const results: ConformanceResult[] = [];
  for (const conformanceCase of selectCases(options.only)) {
    const { id, title, section } = conformanceCase;
    const outcome = await runConformanceCase(conformanceCase, openStore).then(
      () => ({ passed: true }),
      (error: unknown) => ({ passed: false, error }),
    );
    const result = { id, title, section, ...outcome };
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}

/** Runs one case and cleans up after it: for a test runner that has its own way of listing them. */
export async function runConformanceCase(conformanceCase: ConformanceCase, openStore: StoreOpener): Promise<void> {
  const context = new CaseContext(openStore);
  // Engines may wait without keeping the process alive: it must not end in the middle of a case.
  const alive = startInterval(() => {}, LONGEST_TIMER_MS);
  try {
    await conformanceCase.run(context).catch(async (error: unknown) => {
      await context.cleanUp().catch(() => undefined); // the failure of the case says more
      throw error;
    });
    await context.cleanUp();
  } finally {
    stopInterval(alive);
  }
}

function selectCases(only: readonly string[] | undefined): readonly ConformanceCase[] {
  if (only === undefined) return conformanceCases;
  for (const id of only) {
    if (!conformanceCases.some((known) => known.id === id)) {
      throw new InvalidArgumentError("only", id, `the number of a case, ${conformanceCases[0]?.id} to ${lastId()}`);
    }
  }
  return conformanceCases.filter(({ id }) => only.includes(id));
}

function lastId(): string | undefined {
  return conformanceCases.at(-1)?.id;
}
