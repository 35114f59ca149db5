import type { Operation } from "../../keyspace/port/engine.js";
import type { Keyspace } from "../../keyspace/port/keyspace.js";
import { appendEvent } from "../records/record.js";
import { hasMoved } from "../records/record-in-place.js";
import type { RecordKeys } from "../records/record-keys.js";
import {
  type EdgeLimits,
  keepStrongest,
  linkEdge,
  type NodeEdges,
  readEdges,
  strengthenEdge,
  unlinkEdge,
  weakenNode,
} from "./edges.js";

interface EdgeInput {
  readonly keys: { readonly edges: string };
  readonly source: string;
  readonly target: string;
  readonly limits: EdgeLimits;
}

export interface LinkInput extends EdgeInput {
  readonly weight: number;
}

export const link: Operation<LinkInput, number> = {
  name: "link",
  access: "write",
  execute(keyspace, input) {
    return linkEdge(keyspace, input.keys.edges, input.source, input.target, input.weight, input.limits);
  },
};

export interface StrengthenInput extends EdgeInput {
  readonly delta: number;
  /** The source record, whose stream is told. */
  readonly record: RecordKeys;
  readonly nowSeconds: number;
}

/** @returns the new weight; undefined when the source has moved since its keys were made, and nothing was done */
export const strengthen: Operation<StrengthenInput, number | undefined> = {
  name: "strengthen",
  access: "write",
  execute(keyspace, input) {
    const { record, source, target, delta } = input;
    const fields = keyspace.getRecord(record.keys.records, record.id) ?? {};
    if (hasMoved(record.basis, fields)) return undefined;
    const weight = strengthenEdge(keyspace, input.keys.edges, source, target, delta, input.limits);
    appendEvent(keyspace, record, fields, "strengthen", { source, target, delta }, input.nowSeconds);
    return weight;
  },
};

export const unlink: Operation<EdgeInput, boolean> = {
  name: "unlink",
  access: "write",
  execute(keyspace, input) {
    return unlinkEdge(keyspace, input.keys.edges, input.source, input.target, input.limits.symmetric);
  },
};

export interface WeakenInput {
  readonly keys: { readonly edges: string };
  readonly node: string;
  readonly factor: number;
  readonly symmetric: boolean;
}

export const weakenAll: Operation<WeakenInput, number> = {
  name: "weaken-all",
  access: "write",
  execute(keyspace, input) {
    return weakenNode(keyspace, input.keys.edges, input.node, input.factor, input.symmetric);
  },
};

export interface NodeInput {
  readonly keys: { readonly edges: string };
  readonly node: string;
}

export const getEdges: Operation<NodeInput, NodeEdges> = {
  name: "get-edges",
  access: "single-read",
  execute(keyspace, input) {
    return readEdges(keyspace, input.keys.edges, input.node);
  },
};

export interface PropagateInput {
  readonly keys: { readonly edges: string };
  readonly seeds: readonly string[];
  readonly depth: number;
  readonly decayPerHop: number;
  readonly threshold: number;
  readonly weightCap: number;
  /** Of each node, the strongest edges only: it may have more than its model allows by now. */
  readonly maxEdges: number;
}

/** Weights by node: `names[i]` has `weights[i]`. */
export interface Activation {
  readonly names: string[];
  readonly weights: number[];
}

/**
 * Spreads activation from the seeds, breadth first: each hop multiplies by the edge and by `decayPerHop`. A node keeps
 * its largest weight and spreads again only when reached with a larger one. Reads one record per node expanded.
 */
export const propagate: Operation<PropagateInput, Activation> = {
  name: "propagate",
  access: "read",
  execute(keyspace, input) {
    const reached: Activation = { names: [], weights: [] };
    // A prefix keeps names apart from the properties every object has.
    const position: { [name: string]: number } = {};
    for (const seed of input.seeds) position[`=${seed}`] = -1;
    let frontier: Activation = { names: [], weights: [] };
    for (const seed of input.seeds) activate(frontier, seed, 1);
    for (let hop = 0; hop < input.depth && frontier.names.length > 0; hop += 1) {
      const next: Activation = { names: [], weights: [] };
      const nextPosition: { [name: string]: number } = {};
      for (let index = 0; index < frontier.names.length; index += 1) {
        const from = frontier.weights[index] ?? 0;
        spread(keyspace, input, frontier.names[index] ?? "", from, { reached, position, next, nextPosition });
      }
      frontier = next;
    }
    return reached;
  },
};

interface Spreading {
  readonly reached: Activation;
  readonly position: { [name: string]: number };
  readonly next: Activation;
  readonly nextPosition: { [name: string]: number };
}

function spread(keyspace: Keyspace, input: PropagateInput, node: string, from: number, state: Spreading): void {
  const edges = readEdges(keyspace, input.keys.edges, node);
  keepStrongest(edges, input.maxEdges);
  for (let index = 0; index < edges.targets.length; index += 1) {
    const target = edges.targets[index] ?? "";
    const weight = from * input.decayPerHop * Math.min(edges.weights[index] ?? 0, input.weightCap);
    if (weight < input.threshold) continue;
    if (!raise(state.reached, state.position, target, weight)) continue;
    raise(state.next, state.nextPosition, target, weight);
  }
}

/** @returns false for a seed, and for a node that has this weight or more */
function raise(activation: Activation, positions: { [name: string]: number }, name: string, weight: number): boolean {
  const position = positions[`=${name}`];
  if (position === undefined) {
    positions[`=${name}`] = activation.names.length;
    activate(activation, name, weight);
    return true;
  }
  if (position < 0 || weight <= (activation.weights[position] ?? 0)) return false;
  activation.weights[position] = weight;
  return true;
}

function activate(activation: Activation, name: string, weight: number): void {
  activation.names.push(name);
  activation.weights.push(weight);
}
