import type { Fields, Keyspace } from "../keyspace/keyspace.js";
import { numbersField, textsField } from "./fields.js";

/** Limits of a co-occurrence field: spec section 7. */
export interface EdgeLimits {
  readonly symmetric: boolean;
  readonly maxEdges: number;
  readonly weightCap: number;
}

/** The edges of one node as parallel arrays: `targets[i]` is linked with `weights[i]`. */
interface NodeEdges {
  readonly targets: string[];
  readonly weights: number[];
}

/**
 * Adds `delta` to the weight of an edge, up to the cap; a missing edge starts at 0. Mirrored when symmetric.
 *
 * @returns the new weight; 0 when the node was full of stronger edges and the new one was dropped
 */
export function strengthenEdge(
  keyspace: Keyspace,
  key: string,
  source: string,
  target: string,
  delta: number,
  limits: EdgeLimits,
): number {
  const weight = addWeight(keyspace, key, source, target, delta, limits);
  if (weight > 0 && limits.symmetric) addWeight(keyspace, key, target, source, delta, limits);
  return weight;
}

/** The weight of the edge from `source` to `target`; 0 when there is none. */
export function edgeWeight(edges: Fields | undefined, target: string): number {
  if (edges === undefined) return 0;
  const targets = textsField(edges, "targets");
  for (let index = 0; index < targets.length; index += 1) {
    if (targets[index] === target) return numbersField(edges, "weights")[index] ?? 0;
  }
  return 0;
}

/** Removes a node and, when the graph is symmetric, every edge that leads to it. */
export function removeNode(keyspace: Keyspace, key: string, node: string, symmetric: boolean): void {
  if (symmetric) {
    for (const target of readEdges(keyspace, key, node).targets) removeTarget(keyspace, key, target, node);
  }
  keyspace.deleteRecord(key, node);
}

function addWeight(
  keyspace: Keyspace,
  key: string,
  source: string,
  target: string,
  delta: number,
  limits: EdgeLimits,
): number {
  const edges = readEdges(keyspace, key, source);
  const index = indexOfTarget(edges, target);
  if (index >= 0) {
    const weight = Math.min((edges.weights[index] ?? 0) + delta, limits.weightCap);
    edges.weights[index] = weight;
    writeEdges(keyspace, key, source, edges);
    return weight;
  }
  const weight = Math.min(delta, limits.weightCap);
  edges.targets.push(target);
  edges.weights.push(weight);
  const dropped =
    edges.targets.length > limits.maxEdges ? dropWeakest(keyspace, key, source, edges, limits.symmetric) : "";
  writeEdges(keyspace, key, source, edges);
  return dropped === target ? 0 : weight;
}

/**
 * A full node loses its weakest edge, possibly the new one; a symmetric graph loses both directions of it.
 *
 * @returns the target of the edge that went
 */
function dropWeakest(keyspace: Keyspace, key: string, source: string, edges: NodeEdges, symmetric: boolean): string {
  let weakest = 0;
  for (let index = 1; index < edges.weights.length; index += 1) {
    if ((edges.weights[index] ?? 0) < (edges.weights[weakest] ?? 0)) weakest = index;
  }
  const target = edges.targets[weakest] ?? "";
  removeAt(edges, weakest);
  if (symmetric) removeTarget(keyspace, key, target, source);
  return target;
}

function removeTarget(keyspace: Keyspace, key: string, source: string, target: string): void {
  const edges = readEdges(keyspace, key, source);
  const index = indexOfTarget(edges, target);
  if (index < 0) return;
  removeAt(edges, index);
  writeEdges(keyspace, key, source, edges);
}

function removeAt(edges: NodeEdges, index: number): void {
  const last = edges.targets.length - 1;
  edges.targets[index] = edges.targets[last] ?? "";
  edges.weights[index] = edges.weights[last] ?? 0;
  edges.targets.pop();
  edges.weights.pop();
}

function indexOfTarget(edges: NodeEdges, target: string): number {
  for (let index = 0; index < edges.targets.length; index += 1) {
    if (edges.targets[index] === target) return index;
  }
  return -1;
}

function readEdges(keyspace: Keyspace, key: string, node: string): NodeEdges {
  const edges: NodeEdges = { targets: [], weights: [] };
  const fields = keyspace.getRecord(key, node);
  if (fields === undefined) return edges;
  for (const target of textsField(fields, "targets")) edges.targets.push(target);
  for (const weight of numbersField(fields, "weights")) edges.weights.push(weight);
  return edges;
}

function writeEdges(keyspace: Keyspace, key: string, node: string, edges: NodeEdges): void {
  if (edges.targets.length === 0) keyspace.deleteRecord(key, node);
  else keyspace.putRecord(key, node, { targets: edges.targets, weights: edges.weights });
}
