import type { TuningConstants } from "../../../index.js";
import { decimal, integer, oneLine, plural } from "../../output/format.js";
import type { Screen } from "../../output/layout/screen.js";
import { table } from "../../output/layout/table.js";
import type { Budget } from "./budget.js";
import type { DemoReport, StateReport } from "./demo-report.js";
import { DEMO_AGENT } from "./events.js";
import { CODECS, DEFAULT_CODEC } from "./files/codec.js";
import type { PickedFiles } from "./files/pick-files.js";
import type { LearnedPolicy, Learning } from "./learn.js";
import type { Rate } from "./rate.js";

const INDENT = "  ";

export function filesText(folder: string, seed: number, picked: PickedFiles): string {
  const { found, training, heldOut, copies, unreadable } = picked;
  const skipped = unreadable === 0 ? "" : `, ${integer(unreadable)} unreadable`;
  return [
    `Compressing files of ${oneLine(folder)} with ${CODECS.map(({ name }) => name).join(", ")}.`,
    `${plural(found, "file")} found${skipped}; picked with seed ${seed}: ${integer(training.length)} to learn from, ` +
      `${integer(heldOut.length)} held out, ${plural(copies, "copy", "copies")} passed over.`,
  ].join("\n");
}

export function budgetText(budgets: readonly Budget[], screen: Screen): string {
  const rows = table(
    budgets,
    [
      { title: "file size", cell: ({ sizeClass }) => sizeClass.name },
      { title: "output at most", cell: ({ sizeClass }) => `${percent(sizeClass.maxShare, 0)} of it`, align: "right" },
      { title: "time at most", cell: ({ maxMsPerKib }) => timePerKib(maxMsPerKib), align: "right" },
      {
        title: "measured now on this machine",
        cell: ({ sizeClass, gzip6MsPerKib }) =>
          `${sizeClass.maxTimeInGzip6} times ${timePerKib(gzip6MsPerKib)}, what ${DEFAULT_CODEC.name} takes`,
      },
    ],
    screen,
    INDENT,
  );
  return `${screen.bold("Budget")}: a codec is right for a file when it keeps both limits\n${rows}`;
}

export function learningText(files: number, { minEvents, ciThreshold }: TuningConstants, screen: Screen): string {
  const needed = `${plural(minEvents, "outcome")} and a lower bound above ${ciThreshold}`;
  return `${screen.bold("Learning")} from ${plural(files, "file")}; a policy needs ${needed}`;
}

export function policyText({ kind, size, codec, successes, trials, bound, outcome }: LearnedPolicy): string {
  const state = `${kind}, ${size}`.padEnd(26);
  const counts = `${successes} of ${trials} right`.padEnd(14);
  return `${INDENT}${String(outcome).padStart(5)}  ${state} -> ${codec.padEnd(9)}  ${counts}  bound ${decimal(bound)}`;
}

export function learnedText({ outcomes, right, policies }: Learning): string {
  const counts = `${plural(outcomes, "outcome")} measured, ${integer(right)} of them right`;
  return `${INDENT}${counts}: ${plural(policies.length, "policy", "policies")} crystallized`;
}

export function summaryText(report: DemoReport, screen: Screen): string {
  const { deciding, comparison, interrupted, seconds } = report;
  if (comparison.policyCache.files === 0) return screen.bad("There was nothing to decide yet.");
  return [
    ...(interrupted ? [screen.bad("Interrupted: what follows covers only what was done until then."), ""] : []),
    `${screen.bold("Deciding")} for ${plural(comparison.policyCache.files, "file")} not seen in training`,
    decidingTable(deciding, screen),
    "",
    screen.bold("By kind and size"),
    statesTable(report.states, screen),
    "",
    `${screen.bold("Right")} on the same files`,
    comparisonTable(report, screen),
    "",
    verdict(report),
    `Took ${seconds.toFixed(1)} s. The same seed gives the same order of events; measured times, and so outcomes, vary.`,
    ...(report.store === null ? [] : [keptText(report.store)]),
  ].join("\n");
}

function decidingTable({ served, suggested, abstained, fallback }: DemoReport["deciding"], screen: Screen): string {
  const rows: readonly { answer: string; rate: Rate; done: string }[] = [
    { answer: "served", rate: served, done: "done as said" },
    { answer: "suggested", rate: suggested, done: "passed once, not any more: done as said all the same" },
    { answer: "abstained", rate: abstained, done: `not known well enough: ${fallback} used instead` },
  ];
  return table(
    rows,
    [
      { title: "answer", cell: ({ answer }) => answer },
      { title: "files", cell: ({ rate }) => integer(rate.files), align: "right" },
      { title: "right", cell: ({ rate }) => integer(rate.right), align: "right" },
      { title: "rate", cell: ({ rate }) => rateText(rate), align: "right" },
      { title: "95 % interval", cell: ({ rate }) => intervalText(rate) },
      { title: "", cell: ({ done }) => done },
    ],
    screen,
    INDENT,
  );
}

function statesTable(states: readonly StateReport[], screen: Screen): string {
  return table(
    states,
    [
      { title: "state", cell: ({ kind, size }) => `${kind}, ${size}` },
      { title: "files", cell: ({ files }) => integer(files), align: "right" },
      { title: "right", cell: ({ right }) => integer(right), align: "right" },
      { title: "possible", cell: ({ rightInHindsight }) => integer(rightInHindsight), align: "right" },
      { title: "used", cell: usedText },
    ],
    screen,
    INDENT,
  );
}

function usedText({ used, abstained, files }: StateReport): string {
  const codecs = Object.entries(used).map(([codec, count]) => (count === files ? codec : `${codec} (${count})`));
  const note = abstained === files ? " (abstained)" : ` (abstained ${abstained} times)`;
  return codecs.join(", ") + (abstained === 0 ? "" : note);
}

function comparisonTable({ comparison }: DemoReport, screen: Screen): string {
  const { bestInHindsight, policyCache, always } = comparison;
  const rows = [
    { name: "best in hindsight", rate: bestInHindsight },
    { name: "PolicyCache", rate: policyCache },
    ...always.map(({ codec, ...rate }) => ({ name: `always ${codec}`, rate })),
  ];
  return table(
    rows,
    [
      { title: "choice", cell: ({ name }) => name },
      { title: "right", cell: ({ rate }) => `${rate.right} of ${rate.files}`, align: "right" },
      { title: "rate", cell: ({ rate }) => rateText(rate), align: "right" },
      { title: "95 % interval", cell: ({ rate }) => intervalText(rate) },
    ],
    screen,
    INDENT,
  );
}

/** Says it as it is, also when the cache does not win. */
function verdict({ comparison }: DemoReport): string {
  const { policyCache, bestCodec: best, onlyPolicyCache, onlyBestCodec } = comparison;
  const difference = policyCache.right - best.right;
  const word = difference > 0 ? "more" : "fewer";
  const result =
    difference === 0 ? "as many files as with" : `${plural(Math.abs(difference), "file")} ${word} than with`;
  return [
    `PolicyCache was right for ${result} always ${best.codec}, the best single codec for these files:`,
    `${plural(onlyPolicyCache, "file")} right only with PolicyCache, ${onlyBestCodec} only with always ${best.codec}.`,
  ].join("\n");
}

function keptText(store: string): string {
  const path = oneLine(store);
  return `The policies are kept: policycache policies --store ${path} --agent ${DEMO_AGENT}`;
}

function rateText({ rate }: Rate): string {
  return rate === null ? "-" : percent(rate, 1);
}

function intervalText({ files, low, high }: Rate): string {
  return files === 0 ? "" : `${percent(low, 1)} to ${percent(high, 1)}`;
}

function percent(proportion: number, digits: number): string {
  return `${(proportion * 100).toFixed(digits)} %`;
}

function timePerKib(milliseconds: number): string {
  if (milliseconds >= 1) return `${milliseconds.toFixed(1)} ms per KiB`;
  return `${(milliseconds * 1000).toFixed(1)} us per KiB`;
}
