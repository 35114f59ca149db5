import { Defaults } from "../../../src/index.js";
import { MemoryKeyspace } from "../../../src/keyspace/memory/keyspace.js";
import type { Keyspace } from "../../../src/keyspace/port/keyspace.js";
import { updatedConfidence } from "../../../src/maths/learning/confidence.js";
import { decayScore, modulatedDecayScore } from "../../../src/maths/learning/decay.js";
import { predictionError } from "../../../src/maths/learning/prediction-error.js";
import { tdError, tdUpdatedValue } from "../../../src/maths/learning/temporal-difference.js";
import { useScore } from "../../../src/maths/learning/use-score.js";
import { cycleTerm, pressureTerm, scaleCycles } from "../../../src/maths/rhythm/cycles.js";
import { bloomSize } from "../../../src/maths/sketches/bloom.js";
import { propagate } from "../../../src/operations/primitives/co-occurrence.js";
import { edgeWeight, linkEdge, weakenNode } from "../../../src/operations/primitives/edges.js";
import { judge } from "../../../src/primitives/write-filter.js";

// The tables of numbers that the pages show, computed by the code they describe.

const SECONDS_PER_DAY = 86_400;
const WEEK = 7 * SECONDS_PER_DAY;
const EDGES = "edges";

/** The rows of each page, as Markdown. */
export const TABLES: { readonly [page: string]: readonly string[] } = {
  "decaying-sorted-field": [...decayRows(), ...modulationRows()],
  "cyclic-decay-field": [...weekRows(), ...amplitudeRows(), ...pressureRows()],
  "confidence-field": confidenceRows(),
  "co-occurrence-field": [...weakeningRows(), ...propagationRows()],
  "existence-filter": filterRows(),
  "frequency-sketch": sketchRows(),
  "td-value-field": tdRows(),
  "access-tracker": useRows(),
  "observation-protocol": outcomeRows(),
  "write-filter": filterVerdictRows(),
  "prediction-ledger": errorRows(),
};

function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

function rounded(value: number, digits = 3): string {
  return value.toFixed(digits).replace(/^-(0\.0*)$/, "$1");
}

function decayRows(): readonly string[] {
  const ages: readonly [string, number][] = [
    ["up to 14 min", 0.01],
    ["1 hour", 1 / 24],
    ["12 hours", 0.5],
    ["1 day", 1],
    ["4 days", 4],
    ["30 days", 30],
    ["1 year", 365],
  ];
  return ages.map(([name, days]) => row(name, ...[0.1, 0.5, 1].map((rate) => rounded(decayScore(1, days, rate)))));
}

function modulationRows(): readonly string[] {
  return [0, 0.25, 0.5, 0.75, 1].map((confidence) =>
    row(
      confidence,
      ...[0.5, 4, 30].map((days) =>
        rounded(modulatedDecayScore(1, days, 0.5, confidence, 0.5, Defaults.decayConfidenceStrength)),
      ),
    ),
  );
}

/** A weekly cycle that peaks on Monday noon, over the week of Monday, 1 January 2024. */
function weekRows(): readonly string[] {
  const mondayNoon = Date.UTC(2024, 0, 1, 12) / 1000;
  const cycles = [WEEK, 0.5, mondayNoon % WEEK, 0.5, 0];
  return ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].map((day, index) =>
    row(day, rounded(cycleTerm(cycles, mondayNoon + index * SECONDS_PER_DAY))),
  );
}

function amplitudeRows(): readonly string[] {
  const factors = [Defaults.actedCycleFactor, Defaults.dismissedCycleFactor, Defaults.contradictedCycleFactor];
  return [1, 2, 3, 6, 18, 30].map((times) =>
    row(times, ...factors.map((factor) => rounded(amplitudeAfter(times, factor)))),
  );
}

function amplitudeAfter(times: number, factor: number): number {
  let cycles = [WEEK, 0.5, 0, 0.5, 0];
  for (let time = 0; time < times; time += 1) cycles = scaleCycles(cycles, factor);
  return cycles[1] ?? Number.NaN;
}

function pressureRows(): readonly string[] {
  return [0, 1, 7, 30].map((days) => row(days, rounded(pressureTerm(0.1, 0, days * SECONDS_PER_DAY), 1)));
}

function confidenceRows(): readonly string[] {
  return [1, 2, 3, 5, 10, 20, 50].map((count) =>
    row(count, ...[0.9, 0.1, 1, 0].map((signal) => rounded(confidenceAfter(count, signal)))),
  );
}

function confidenceAfter(count: number, signal: number): number {
  let confidence = Defaults.initialConfidence;
  for (let seen = 0; seen < count; seen += 1) {
    confidence = updatedConfidence(confidence, seen, signal, Defaults.evidenceCap);
  }
  return confidence;
}

/** A link of 0.1 that is weakened again and again. */
function weakeningRows(): readonly string[] {
  return [1, 5, 20, 89, 90].map((times) => {
    const keyspace = chainOf(0.1);
    for (let time = 0; time < times; time += 1) {
      weakenNode(keyspace, EDGES, "0", Defaults.coOccurrenceDecayFactor, true);
    }
    const weight = edgeWeight(keyspace.getRecord(EDGES, "0"), "1");
    return row(times, weight === 0 ? "removed" : rounded(weight, 4));
  });
}

/** What arrives at the end of a chain of equal links. */
function propagationRows(): readonly string[] {
  const { coOccurrenceDecayPerHop: decayPerHop, coOccurrenceWeightCap: weightCap } = Defaults;
  return [1, 0.5, 0.2, 0.1].map((weight) => {
    const { names, weights } = propagate.execute(chainOf(weight), {
      keys: { edges: EDGES },
      seeds: ["0"],
      depth: 3,
      decayPerHop,
      threshold: 0.01,
      weightCap,
      maxEdges: 500,
    });
    const reached = (node: string) => weights[names.indexOf(node)];
    return row(weight, ...["1", "2", "3"].map((node) => rounded(reached(node) ?? Number.NaN).replace("NaN", "cut")));
  });
}

/** 0 to 1 to 2 to 3. */
function chainOf(weight: number): Keyspace {
  const { port: keyspace } = new MemoryKeyspace();
  const limits = { symmetric: true, maxEdges: 500, weightCap: Defaults.coOccurrenceWeightCap };
  for (let node = 0; node < 3; node += 1) linkEdge(keyspace, EDGES, `${node}`, `${node + 1}`, weight, limits);
  return keyspace;
}

function filterRows(): readonly string[] {
  const sizes: readonly (readonly [number, number])[] = [
    [0.1, 1000],
    [0.05, 10_000],
    [0.01, 100_000],
    [0.001, 100_000],
  ];
  return sizes.map(([errorRate, capacity]) => {
    const { bits, hashes } = bloomSize(errorRate, capacity);
    return row(errorRate, capacity, bits, hashes, `${(bits / 8 / 1024).toFixed(1)} KiB`);
  });
}

function sketchRows(): readonly string[] {
  return [
    [100, 3],
    [500, 5],
    [2003, 7],
  ].map(([width = 0, depth = 0]) =>
    row(width, depth, rounded((Math.E / width) * 10_000, 0), `${((1 - Math.exp(-depth)) * 100).toFixed(2)} %`),
  );
}

function tdRows(): readonly string[] {
  let qValue = 0;
  const steps: readonly (readonly [number, number])[] = [
    [1, 0],
    [1, 0.5],
    [-1, 0],
    [0.8, 0.6],
  ];
  return steps.map(([reward, maxFutureQ]) => {
    const error = tdError(qValue, reward, maxFutureQ, Defaults.tdGamma);
    const before = qValue;
    qValue = tdUpdatedValue(qValue, error, Defaults.tdAlpha);
    return row(rounded(before, 4), reward, maxFutureQ, rounded(error, 4), rounded(qValue, 4));
  });
}

function useRows(): readonly string[] {
  return [0, 1, 5, 10, 30, 100].map((count) => row(count, rounded(useScore(count))));
}

function outcomeRows(): readonly string[] {
  const { ledgerErrors } = Defaults;
  return [
    row(
      "cycle amplitudes",
      `× ${Defaults.actedCycleFactor}`,
      "–",
      `× ${Defaults.dismissedCycleFactor}`,
      "–",
      `× ${Defaults.contradictedCycleFactor}`,
    ),
    row(
      "confidence",
      `signal ${Defaults.actedConfidenceSignal}`,
      "–",
      "–",
      "–",
      `signal ${Defaults.contradictedConfidenceSignal}`,
    ),
    row(
      "open prediction",
      `error ${ledgerErrors.acted}`,
      `error ${ledgerErrors.used}`,
      `error ${ledgerErrors.dismissed}`,
      "stays open",
      `error ${ledgerErrors.contradicted}`,
    ),
  ];
}

function filterVerdictRows(): readonly string[] {
  const scores = [-0.5, 0.05, 0.1, 0.5, 0.7, 1.5, Number.NaN];
  return scores.map((score) => {
    const { saved, priority } = judge({ computeFilterScore: () => score }, {}, Defaults);
    return row(String(score), saved ? "yes" : "no", priority === undefined ? "no" : `yes, with ${priority}`);
  });
}

function errorRows(): readonly string[] {
  const pairs: readonly (readonly [object, object])[] = [
    [{ x: 0.9 }, { x: 0.3 }],
    [{ ms: 100 }, { ms: 50 }],
    [{ ms: 1000 }, { ms: 1 }],
    [{ reward: 5 }, { reward: -5 }],
    [{ kind: "a" }, { kind: "b" }],
    [
      { n: 1, ok: true },
      { n: 0.5, ok: true },
    ],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{}, {}],
  ];
  return pairs.map(([predicted, actual]) =>
    row(`\`${json(predicted)}\``, `\`${json(actual)}\``, Number(predictionError(predicted, actual).toFixed(3))),
  );
}

function json(value: object): string {
  return JSON.stringify(value).replaceAll('":', '": ').replaceAll(',"', ', "');
}
