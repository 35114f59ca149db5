import type { JsonObject, JsonValue } from "../json/json-value.js";

/** A number of which only matters between which edges it lies. */
export interface NumberFeature {
  /** In ascending order: two numbers with no edge between them are the same; an edge belongs to what is above it. */
  readonly edges: readonly number[];
  /** Whether it is part of every level. Default false. */
  readonly gate?: boolean | undefined;
}

/**
 * What one feature of a state is.
 *
 * - `category`: any JSON value; the same or another. So is every feature that is not declared.
 * - `number`, or `{ edges }`: as {@link NumberFeature}. Without edges, states that differ in it at all are different; where
 *   states are compared that resemble each other, edges are learned from what was seen.
 * - `gate`: a category that is never left out: nothing is learned across its values.
 * - `slot`: never tells states apart; an action may be filled from it.
 * - `ignore`: never tells states apart.
 */
export type FeatureDeclaration = "category" | "number" | "gate" | "slot" | "ignore" | NumberFeature;

/** What the features of the states of a cache are, and which of them may be left out to find states that resemble each other. */
export interface StateDeclaration {
  /** By their names. */
  readonly features?: Readonly<Record<string, FeatureDeclaration | undefined>> | undefined;
  /**
   * The features that coarser levels look at, the finest of these levels first, each with fewer features than the one before;
   * or `learned`. Gates are part of each without being named. Default: no levels but the states themselves.
   */
  readonly levels?: "learned" | readonly (readonly string[])[] | undefined;
}

/** What a state looks like that was declared so: declared numbers are numbers, everything else is any JSON value. */
export type StateOf<Declaration extends StateDeclaration> = JsonObject & DeclaredValues<Declaration["features"]>;

type DeclaredValues<Features> = { readonly [Name in keyof Features]?: ValueOf<Features[Name]> | undefined };

type ValueOf<Feature> = Feature extends "number" | NumberFeature ? number | null : JsonValue;
