import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agreementEvidence, coinEvidence } from "../../../src/maths/proof/comparison-evidence.js";
import { ACCOUNT_LIMIT, accountAfter } from "../../../src/maths/proof/failure-account.js";
import { evidenceToServe, takenEvidence } from "../../../src/maths/proof/taken-evidence.js";
import { mayTry } from "../../../src/maths/proof/trial-allowance.js";
import { ratesLookedFor, trialEvidence } from "../../../src/maths/proof/trial-evidence.js";
import { changeEvidence } from "../../../src/maths/statistics/change-detector.js";
import { wilsonLowerBound } from "../../../src/maths/statistics/wilson-bound.js";
import { describeWithData } from "../../support/golden.js";

const CONFIDENCE = 0.95;
const ALLOWANCE = { failures: 3, share: 0.01 };

interface Cases {
  readonly capital: readonly {
    readonly ownSuccesses: number;
    readonly ownDecisions: number;
    readonly takenSuccesses: number;
    readonly takenTrials: number;
    readonly budget: number;
    readonly logCapital: number;
    readonly serves: boolean;
  }[];
  readonly unbroken: readonly {
    readonly budget: number;
    readonly ownOnly: number;
    readonly takenOnly: number;
    readonly takenBesideAsManyOtherOwn: number;
    readonly takenAfterOneRestart: number;
    readonly takenAfterTwo: number;
    readonly ownAfterOneRestart: number;
  }[];
  readonly stop: readonly (
    | {
        readonly budget: number;
        readonly failuresInARowFresh: number;
        readonly failuresInARowAfter1000Successes: number;
      }
    | { readonly budget: number; readonly pattern: string; readonly stoppedAfter?: number; readonly failures?: number }
  )[];
  readonly trial: readonly {
    readonly failures: number;
    readonly successes: number;
    readonly budget: number;
    readonly looksFor: readonly number[];
    readonly logCapitalAgainst: number;
    readonly ends: boolean;
  }[];
  readonly agreement: readonly {
    readonly ownDecisions: number;
    readonly otherActionSucceeded: number;
    readonly margin: number;
    readonly logCapital: number;
    readonly proved: boolean;
  }[];
  readonly chance: readonly {
    readonly drawn: number;
    readonly cacheFailed: number;
    readonly agentFailed: number;
    readonly chanceOfCache: number;
    readonly margin: number;
    readonly logCapital: number;
    readonly proved: boolean;
  }[];
  readonly account: readonly {
    readonly decisions: number;
    readonly failedTrials: number;
    readonly open: number;
    readonly mayTry: boolean;
  }[];
}

describeWithData("the published cases", "../spec/proven/cases.json", (file) => {
  const cases: Cases = JSON.parse(readFileSync(file, "utf8"));
  const needed = evidenceToServe(CONFIDENCE, 0);

  it("hold for the evidence of own and taken outcomes", () => {
    for (const { budget, logCapital, serves, ...counts } of cases.capital) {
      const evidence = takenEvidence(counts, budget);
      expect(evidence).toBeCloseTo(logCapital, 8);
      expect(evidence >= needed).toBe(serves);
    }
  });

  it("hold for unbroken runs of successes", () => {
    const shortest = (
      restarts: number,
      budget: number,
      countsOf: (run: number) => Parameters<typeof takenEvidence>[0],
    ) => {
      let run = 1;
      while (takenEvidence(countsOf(run), budget) < evidenceToServe(CONFIDENCE, restarts)) run += 1;
      return run;
    };
    const own = (run: number) => ({ ownDecisions: run, ownSuccesses: run, takenTrials: 0, takenSuccesses: 0 });
    const taken = (run: number) => ({ ownDecisions: 0, ownSuccesses: 0, takenTrials: run, takenSuccesses: run });
    const beside = (run: number) => ({ ownDecisions: run, ownSuccesses: 0, takenTrials: run, takenSuccesses: run });
    for (const expected of cases.unbroken) {
      const { budget } = expected;
      expect({
        budget,
        ownOnly: shortest(0, budget, own),
        takenOnly: shortest(0, budget, taken),
        takenBesideAsManyOtherOwn: shortest(0, budget, beside),
        takenAfterOneRestart: shortest(1, budget, taken),
        takenAfterTwo: shortest(2, budget, taken),
        ownAfterOneRestart: shortest(1, budget, own),
      }).toEqual(expected);
    }
  });

  it("hold for the end of a trial", () => {
    for (const { successes, failures, budget, looksFor, logCapitalAgainst, ends } of cases.trial) {
      expect(ratesLookedFor(budget)).toEqual(looksFor.map((rate) => expect.closeTo(rate, 12)));
      const evidence = trialEvidence(successes, failures, budget);
      expect(evidence).toBeCloseTo(logCapitalAgainst, 8);
      expect(evidence >= Math.log(10)).toBe(ends);
    }
  });

  it("hold for agreement with the agent", () => {
    for (const { ownDecisions, otherActionSucceeded, margin, logCapital, proved } of cases.agreement) {
      const evidence = agreementEvidence(ownDecisions, otherActionSucceeded, margin);
      expect(evidence).toBeCloseTo(logCapital, 8);
      expect(evidence >= needed).toBe(proved);
    }
  });

  it("hold for a coin between the cache and the agent", () => {
    for (const { drawn, cacheFailed, agentFailed, chanceOfCache, margin, logCapital, proved } of cases.chance) {
      const counts = { decisions: drawn, takenFailures: cacheFailed, ownFailures: agentFailed };
      const evidence = coinEvidence(counts, chanceOfCache, margin);
      expect(evidence).toBeCloseTo(logCapital, 8);
      expect(evidence >= needed).toBe(proved);
    }
  });

  it("hold for what a state may spend on trials", () => {
    for (const { decisions, failedTrials, open, mayTry: expected } of cases.account) {
      expect(mayTry(decisions, failedTrials, open, ALLOWANCE)).toBe(expected);
    }
  });

  it("hold for stopping what turned bad", () => {
    for (const expected of cases.stop) {
      const { budget } = expected;
      if ("pattern" in expected) {
        const everyNth = expected.pattern.startsWith("4") ? 5 : 10;
        const stopped = outcomesUntilStop(budget, 0, (outcome) => outcome % everyNth === 0, 10_000);
        expect(stopped).toBe(expected.stoppedAfter);
      } else {
        expect(outcomesUntilStop(budget, 0, () => true, 1000)).toBe(expected.failuresInARowFresh);
        expect(outcomesUntilStop(budget, 1000, () => true, 1000)).toBe(expected.failuresInARowAfter1000Successes);
      }
    }
  });
});

/** Watches taken outcomes as serving does: by the change detector and by the account. @returns undefined when it goes on */
function outcomesUntilStop(
  errorBudget: number,
  successesBefore: number,
  fails: (outcome: number) => boolean,
  most: number,
): number | undefined {
  const counts = { successes: 0, trials: 0, change: 1, account: 0 };
  const stops = (failed: boolean) => {
    const pastRate = Math.max(1 - errorBudget, wilsonLowerBound(counts.successes, counts.trials, 1.96));
    counts.change = changeEvidence(counts.change, !failed, pastRate);
    counts.account = accountAfter(counts.account, failed, errorBudget);
    counts.trials += 1;
    if (!failed) counts.successes += 1;
    return counts.change >= 1000 || counts.account >= ACCOUNT_LIMIT;
  };
  for (let outcome = 0; outcome < successesBefore; outcome += 1) stops(false);
  for (let outcome = 1; outcome <= most; outcome += 1) if (stops(fails(outcome))) return outcome;
  return undefined;
}

describe("what is sure, without any assumption", () => {
  it("fewer than budget times n + 11 of any n taken outcomes in a row fail before the account stops", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 400 }),
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        (failed, budget) => {
          let account = 0;
          const taken: boolean[] = [];
          for (const outcome of failed) {
            if (account >= ACCOUNT_LIMIT) break;
            account = accountAfter(account, outcome, budget);
            taken.push(outcome);
          }
          for (let first = 0; first < taken.length; first += 1) {
            const rest = taken.slice(first);
            expect(rest.filter(Boolean).length).toBeLessThan(budget * rest.length + ACCOUNT_LIMIT + 1);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("the failed trials of a state never exceed what it may spend, however late outcomes come", () => {
    const step = fc.record({ resolves: fc.boolean(), fails: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const state = { decisions: 0, failed: 0, open: 0 };
        for (const { resolves, fails } of steps) {
          if (mayTry(state.decisions, state.failed, state.open, ALLOWANCE)) state.open += 1;
          state.decisions += 1;
          if (resolves && state.open > 0) {
            state.open -= 1;
            if (fails) state.failed += 1;
          }
          expect(state.failed).toBeLessThanOrEqual(ALLOWANCE.failures + ALLOWANCE.share * state.decisions);
        }
      }),
    );
  });
});
