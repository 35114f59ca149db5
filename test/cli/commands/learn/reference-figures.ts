import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithData, expectWithin, readJson, sharedData } from "../../../support/golden.js";
import { createTemporaryFolder, removeFolder } from "../../../support/temporary-folder.js";
import { jsonOf, runCli } from "../../run-cli.js";
import type { LearnSummary } from "./learn-summary.js";

// Reference figures computed elsewhere, by another program in another language: see the README beside the data.

const FOLDER = "tau-bench-airline";

type Threshold = 0.6 | 0.3;

/** What a run must find, apart from the pairs, which `expected.json` lists. */
export interface Figures {
  readonly variant: "base" | "rich";
  readonly file: string;
  readonly states: number;
  readonly pairs: number;
  readonly crystallized: Readonly<Record<Threshold, number>>;
  readonly passing: Readonly<Record<Threshold, number>>;
}

interface ExpectedPair {
  readonly stateFingerprint: string;
  readonly actionType: string;
  readonly total: number;
  readonly successes: number;
  readonly wilsonLower: number;
}

interface Expected {
  readonly pairsAbove06: readonly ExpectedPair[];
  readonly pairsAbove03: readonly ExpectedPair[];
}

interface PolicyPage {
  readonly total: number;
  readonly policies: readonly {
    readonly entry: { readonly stateFingerprint: string; readonly actionType: string };
    readonly evidence: {
      readonly successes: number;
      readonly trials: number;
      readonly bound: number;
      readonly passes: boolean;
    };
  }[];
}

const ENGINES = ["memory", "SQLite"] as const;
const BATCH_SIZES = [1, 7, 50, 5000];
const THRESHOLDS = [0.6, 0.3] as const;

interface Setting {
  readonly engine: (typeof ENGINES)[number];
  readonly batchSize: number;
  readonly threshold: Threshold;
}

const SETTINGS = ENGINES.flatMap((engine) => BATCH_SIZES.map((batchSize) => ({ engine, batchSize })));

/** Learns a file of real agent runs through the command line, on each engine and with each batch size. */
export function describeReferenceFigures(figures: Figures): void {
  const { variant } = figures;
  describeWithData(`policycache learn, real agent runs, ${variant} states`, `${FOLDER}/${figures.file}`, (file) => {
    let folder = "";
    beforeAll(() => {
      folder = createTemporaryFolder();
    });
    afterAll(() => removeFolder(folder));

    it.each(SETTINGS)("finds the reference figures on $engine in batches of $batchSize", async (setting) => {
      await Promise.all(THRESHOLDS.map((threshold) => learnAndCompare({ ...setting, threshold })));
    });

    async function learnAndCompare({ engine, batchSize, threshold }: Setting): Promise<void> {
      const store = engine === "memory" ? "memory:" : join(folder, `${batchSize}-${threshold}.db`);
      const settings = ["--store", store, "--ci-threshold", String(threshold), "--json"];
      const learn = ["learn", file, "--batch-size", String(batchSize), ...settings];
      const policies = figures.crystallized[threshold];
      await expectSummary(learn, figures, threshold, { recorded: 1808, duplicates: 0, crystallized: policies });
      if (engine === "memory" || batchSize !== 50) return;
      const page = jsonOf<PolicyPage>(await runCli(["policies", "--limit", "1000", ...settings]));
      expect(page.total).toBe(policies);
      expectPairs(page, expectedPairs(variant, threshold));
      await expectSummary(learn, figures, threshold, { recorded: 0, duplicates: 1808, crystallized: 0 });
    }
  });
}

async function expectSummary(
  learn: readonly string[],
  { states, pairs, passing, crystallized }: Figures,
  threshold: Threshold,
  counts: Partial<LearnSummary>,
): Promise<void> {
  const run = await runCli(learn);
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(jsonOf<LearnSummary>(run)).toMatchObject({
    events: 1808,
    rejected: 0,
    episodes: 150,
    states,
    pairs,
    passing: passing[threshold],
    policies: crystallized[threshold],
    agents: 1,
    ...counts,
  });
}

function expectedPairs(variant: Figures["variant"], above: Threshold): readonly ExpectedPair[] {
  const expected = readJson<Record<string, Expected>>(sharedData(`${FOLDER}/expected.json`) ?? "")[variant];
  return (above === 0.6 ? expected?.pairsAbove06 : expected?.pairsAbove03) ?? [];
}

function expectPairs({ policies }: PolicyPage, expected: readonly ExpectedPair[]): void {
  const passing = policies.filter(({ evidence }) => evidence.passes);
  const nameOf = (pair: { readonly stateFingerprint: string; readonly actionType: string }) =>
    `${pair.stateFingerprint} ${pair.actionType}`;
  expect(passing.map(({ entry }) => nameOf(entry)).sort()).toEqual(expected.map(nameOf).sort());
  for (const pair of expected) {
    const found = passing.find(({ entry }) => nameOf(entry) === nameOf(pair))?.evidence;
    expect(found).toMatchObject({ successes: pair.successes, trials: pair.total });
    expectWithin(found?.bound ?? Number.NaN, pair.wilsonLower, 1e-12, `bound of ${nameOf(pair)}`);
  }
}
