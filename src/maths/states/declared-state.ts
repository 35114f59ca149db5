import { ConfigurationError } from "../../common/errors.js";
import { isArray } from "../../common/given/plain-object.js";
import { namesOf, refuseUnknownOptions } from "../../common/unknown-names.js";
import { computeFingerprint } from "../json/fingerprint.js";
import { checkEdges } from "./buckets.js";
import type { FeatureDeclaration, NumberFeature, StateDeclaration } from "./declaration.js";

/** Most features that may be declared. */
export const MOST_FEATURES = 64;

/** Most levels, the states themselves included. */
export const MOST_LEVELS = 8;

/** Longest name of a feature that is declared, in UTF-16 units. */
export const LONGEST_NAME = 128;

/** What a declaration comes to: a {@link StateDeclaration} that was checked and copied. */
export interface DeclaredState {
  /** Features that never tell states apart: slots, and what is ignored. */
  readonly leftOut: ReadonlySet<string>;
  /** Features that actions may be filled from, by name. */
  readonly slots: readonly string[];
  /** Features that every level looks at, by name. */
  readonly gates: readonly string[];
  /** Features that are numbers: the edges that were declared, undefined where they are learned. */
  readonly numbers: ReadonlyMap<string, readonly number[] | undefined>;
  /** The features of each level without gates, sorted, the finest level first; the states themselves are not among them. */
  readonly levels: "learned" | readonly (readonly string[])[];
  /** Of everything above: declarations that mean the same have the same one, whatever their order. */
  readonly fingerprint: string;
}

const PART_NAMES = namesOf<StateDeclaration>({ features: true, levels: true });
const NUMBER_NAMES = namesOf<NumberFeature>({ edges: true, gate: true });
const A_FEATURE = `"category", "number", "gate", "slot", "ignore" or { edges }`;

/**
 * @param path - the caller's own word for the declaration, with which messages begin
 * @throws {@link ConfigurationError} naming the part that is wrong
 */
export function checkStateDeclaration(given: StateDeclaration, path = "state"): DeclaredState {
  if (typeof given !== "object" || given === null) throw new ConfigurationError(path, given, "an object");
  const { features = {}, levels = [] } = refuseUnknownOptions(given, PART_NAMES, path);
  const declared = new Map<string, CheckedFeature>();
  for (const [name, feature] of entriesOf(features, `${path}.features`)) {
    declared.set(name, checkFeature(feature, featurePath(path, name)));
  }
  const namesWhere = (accepts: (feature: CheckedFeature) => boolean) =>
    [...declared.keys()].filter((name) => accepts(declared.get(name) as CheckedFeature)).sort();
  const meaning = {
    ignored: namesWhere(({ kind }) => kind === "ignore"),
    slots: namesWhere(({ kind }) => kind === "slot"),
    gates: namesWhere(({ isGate }) => isGate),
    numbers: namesWhere(({ kind }) => kind === "number").map(
      (name) => [name, declared.get(name)?.edges ?? null] as const,
    ),
    levels: checkLevels(levels, declared, `${path}.levels`),
  };
  return {
    leftOut: new Set([...meaning.ignored, ...meaning.slots]),
    slots: meaning.slots,
    gates: meaning.gates,
    numbers: new Map(meaning.numbers.map(([name, edges]) => [name, edges ?? undefined])),
    levels: meaning.levels,
    fingerprint: computeFingerprint(meaning),
  };
}

interface CheckedFeature {
  readonly kind: Extract<FeatureDeclaration, string>;
  readonly isGate: boolean;
  readonly edges?: readonly number[];
}

function featurePath(path: string, name: string): string {
  return `${path}.features.${name}`;
}

function entriesOf(features: object, path: string): readonly (readonly [string, unknown])[] {
  if (typeof features !== "object" || features === null || isArray(features)) {
    throw new ConfigurationError(path, features, "an object with a declaration for each feature");
  }
  const entries = Object.entries(features).filter(([, feature]) => feature !== undefined);
  if (entries.length > MOST_FEATURES) {
    throw new ConfigurationError(path, features, `at most ${MOST_FEATURES} features, but it has ${entries.length}`, {
      hint: "Leave out categories: a feature that is not declared is one.",
    });
  }
  for (const [name] of entries) checkName(name, path);
  return entries;
}

function checkName(name: unknown, path: string): string {
  if (typeof name === "string" && name !== "" && name.length <= LONGEST_NAME) return name;
  throw new ConfigurationError(path, name, `the name of a feature, of 1 to ${LONGEST_NAME} characters`);
}

function checkFeature(given: unknown, path: string): CheckedFeature {
  switch (given) {
    case "gate":
      return { kind: "category", isGate: true };
    case "category":
    case "number":
    case "slot":
    case "ignore":
      return { kind: given, isGate: false };
  }
  if (typeof given !== "object" || given === null || isArray(given)) {
    throw new ConfigurationError(path, given, A_FEATURE);
  }
  const { edges, gate = false } = refuseUnknownOptions(given as NumberFeature, NUMBER_NAMES, path);
  if (typeof gate !== "boolean") throw new ConfigurationError(`${path}.gate`, gate, "true or false");
  return { kind: "number", isGate: gate, edges: checkEdges(edges, `${path}.edges`) };
}

function checkLevels(
  given: unknown,
  declared: ReadonlyMap<string, CheckedFeature>,
  path: string,
): DeclaredState["levels"] {
  if (given === "learned") return given;
  if (!isArray(given)) throw new ConfigurationError(path, given, `"learned" or a list of lists of features`);
  if (given.length >= MOST_LEVELS) {
    throw new ConfigurationError(path, given, `at most ${MOST_LEVELS - 1} lists of features`);
  }
  let finer: readonly string[] | undefined;
  return given.map((level, index) => {
    const features = checkLevel(level, declared, `${path}[${index}]`);
    if (finer !== undefined) checkCoarser(features, finer, `${path}[${index}]`);
    finer = features;
    return features;
  });
}

function checkLevel(given: unknown, declared: ReadonlyMap<string, CheckedFeature>, path: string): readonly string[] {
  if (!isArray(given) || given.length === 0) {
    throw new ConfigurationError(path, given, "a list with the name of a feature at least");
  }
  const features = new Set<string>();
  for (const [index, item] of Array.from(given).entries()) {
    const at = `${path}[${index}]`;
    const name = checkName(item, at);
    const kind = declared.get(name)?.kind ?? "category";
    if (kind === "slot" || kind === "ignore") {
      throw new ConfigurationError(
        at,
        name,
        `a feature that tells states apart, but it is declared ${JSON.stringify(kind)}`,
      );
    }
    if (declared.get(name)?.isGate === true) {
      throw new ConfigurationError(at, name, "a feature that is not a gate", {
        hint: "Gates are part of every level.",
      });
    }
    features.add(name);
  }
  if (features.size > MOST_FEATURES) throw new ConfigurationError(path, given, `at most ${MOST_FEATURES} features`);
  return [...features].sort();
}

function checkCoarser(features: readonly string[], finer: readonly string[], path: string): void {
  const added = features.find((name) => !finer.includes(name));
  if (added !== undefined) {
    throw new ConfigurationError(path, added, `a feature of the level before: ${finer.join(", ")}`);
  }
  if (features.length === finer.length) {
    throw new ConfigurationError(path, features, `fewer features than the level before: ${finer.join(", ")}`);
  }
}
