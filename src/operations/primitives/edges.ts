import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { numbersField, textsField } from "../records/fields.js";

/** Limits of a co-occurrence field: docs/primitives/co-occurrence-field.md. */
export interface EdgeLimits {
  readonly symmetric: boolean;
  readonly maxEdges: number;
  readonly weightCap: number;
}

/** The edges of one node as parallel arrays: `targets[i]` is linked with `weights[i]`. */
export interface NodeEdges {
  readonly targets: string[];
  readonly weights: number[];
}

/** Edges weaker than this are removed when weights shrink. */
const PRUNE_WEIGHT = 0.001;

/**
 * Creates an edge; an existing one keeps its weight. Mirrored when symmetric.
 *
 * @returns the edge's weight; 0 when the node was full of stronger edges and the new one was dropped
 */
export function linkEdge(
  keyspace: Keyspace,
  key: string,
  source: string,
  target: string,
  weight: number,
  limits: EdgeLimits,
): number {
  const existing = edgeWeight(keyspace.getRecord(key, source), target);
  return existing > 0 ? existing : strengthenEdge(keyspace, key, source, target, weight, limits);
}

/**
 * Adds `delta` to the weight of an edge, up to the cap; a missing edge starts at 0. Mirrored when symmetric.
 *
 * @returns the new weight; 0 when the node was full of stronger edges and the new one was dropped
 * @rare
 */
export function strengthenEdge(
  keyspace: Keyspace,
  key: string,
  source: string,
  target: string,
  delta: number,
  limits: EdgeLimits,
): number {
  const weight = Math.min(edgeWeight(keyspace.getRecord(key, source), target) + delta, limits.weightCap);
  const kept = setWeight(keyspace, key, source, target, weight, limits);
  if (kept && limits.symmetric) return setWeight(keyspace, key, target, source, weight, limits) ? weight : 0;
  return kept ? weight : 0;
}

/** Removes an edge, both directions when symmetric. @returns whether there was one */
export function unlinkEdge(
  keyspace: Keyspace,
  key: string,
  source: string,
  target: string,
  symmetric: boolean,
): boolean {
  const removed = removeTarget(keyspace, key, source, target);
  return (symmetric && removeTarget(keyspace, key, target, source)) || removed;
}

/** Multiplies every edge of a node and removes those that become too weak. @returns how many were removed */
export function weakenNode(keyspace: Keyspace, key: string, node: string, factor: number, symmetric: boolean): number {
  const edges = readEdges(keyspace, key, node);
  const kept: NodeEdges = { targets: [], weights: [] };
  for (let index = 0; index < edges.targets.length; index += 1) {
    const target = edges.targets[index] ?? "";
    const weight = (edges.weights[index] ?? 0) * factor;
    if (weight < PRUNE_WEIGHT) {
      if (symmetric) removeTarget(keyspace, key, target, node);
      continue;
    }
    kept.targets.push(target);
    kept.weights.push(weight);
    if (symmetric) replaceWeight(keyspace, key, target, node, weight);
  }
  writeEdges(keyspace, key, node, kept);
  return edges.targets.length - kept.targets.length;
}

/** Removes a node and, when the graph is symmetric, every edge that leads to it. */
export function removeNode(keyspace: Keyspace, key: string, node: string, symmetric: boolean): void {
  if (symmetric) {
    for (const target of readEdges(keyspace, key, node).targets) removeTarget(keyspace, key, target, node);
  }
  keyspace.deleteRecord(key, node);
}

/** The weight of the edge to `target` among the stored edges of a node; 0 when there is none. */
export function edgeWeight(edges: Fields | undefined, target: string): number {
  if (edges === undefined) return 0;
  const targets = textsField(edges, "targets");
  for (let index = 0; index < targets.length; index += 1) {
    if (targets[index] === target) return numbersField(edges, "weights")[index] ?? 0;
  }
  return 0;
}

export function readEdges(keyspace: Keyspace, key: string, node: string): NodeEdges {
  const edges: NodeEdges = { targets: [], weights: [] };
  const fields = keyspace.getRecord(key, node);
  if (fields === undefined) return edges;
  for (const target of textsField(fields, "targets")) edges.targets.push(target);
  for (const weight of numbersField(fields, "weights")) edges.weights.push(weight);
  return edges;
}

/** @returns false when the node was full and this edge was the weakest */
function setWeight(
  keyspace: Keyspace,
  key: string,
  source: string,
  target: string,
  weight: number,
  limits: EdgeLimits,
): boolean {
  if (replaceWeight(keyspace, key, source, target, weight)) return true;
  const edges = readEdges(keyspace, key, source);
  edges.targets.push(target);
  edges.weights.push(weight);
  const dropped =
    edges.targets.length > limits.maxEdges ? dropWeakest(keyspace, key, source, edges, limits.symmetric) : "";
  writeEdges(keyspace, key, source, edges);
  return dropped !== target;
}

/** @returns whether there was such an edge */
function replaceWeight(keyspace: Keyspace, key: string, source: string, target: string, weight: number): boolean {
  const edges = readEdges(keyspace, key, source);
  const index = indexOfTarget(edges, target);
  if (index < 0) return false;
  edges.weights[index] = weight;
  writeEdges(keyspace, key, source, edges);
  return true;
}

/**
 * A full node loses its weakest edge, the newest of equals; a symmetric graph loses both directions of it.
 *
 * @returns the target of the edge that went
 */
function dropWeakest(keyspace: Keyspace, key: string, source: string, edges: NodeEdges, symmetric: boolean): string {
  const weakest = indexOfWeakest(edges);
  const target = edges.targets[weakest] ?? "";
  removeAt(edges, weakest);
  if (symmetric) removeTarget(keyspace, key, target, source);
  return target;
}

/** Drops the weakest edges of a copy until no more than `limit` remain. */
export function keepStrongest(edges: NodeEdges, limit: number): void {
  while (edges.targets.length > limit) removeAt(edges, indexOfWeakest(edges));
}

function indexOfWeakest(edges: NodeEdges): number {
  let weakest = 0;
  for (let index = 1; index < edges.weights.length; index += 1) {
    if ((edges.weights[index] ?? 0) <= (edges.weights[weakest] ?? 0)) weakest = index;
  }
  return weakest;
}

function removeTarget(keyspace: Keyspace, key: string, source: string, target: string): boolean {
  const edges = readEdges(keyspace, key, source);
  const index = indexOfTarget(edges, target);
  if (index < 0) return false;
  removeAt(edges, index);
  writeEdges(keyspace, key, source, edges);
  return true;
}

/** Keeps the order of the others: the newest edge is last. */
function removeAt(edges: NodeEdges, index: number): void {
  for (let next = index + 1; next < edges.targets.length; next += 1) {
    edges.targets[next - 1] = edges.targets[next] ?? "";
    edges.weights[next - 1] = edges.weights[next] ?? 0;
  }
  edges.targets.pop();
  edges.weights.pop();
}

function indexOfTarget(edges: NodeEdges, target: string): number {
  for (let index = 0; index < edges.targets.length; index += 1) {
    if (edges.targets[index] === target) return index;
  }
  return -1;
}

function writeEdges(keyspace: Keyspace, key: string, node: string, edges: NodeEdges): void {
  if (edges.targets.length === 0) keyspace.deleteRecord(key, node);
  else keyspace.putRecord(key, node, { targets: edges.targets, weights: edges.weights });
}
