import assert from "node:assert/strict";
import { keyField } from "../../../model/fields.js";
import { link } from "../../../operations/primitives/co-occurrence.js";
import {
  type CoOccurrence,
  type CoOccurrenceOptions,
  coOccurrenceField,
  edgesKey,
  type LinkedRecord,
  type PropagateOptions,
} from "../../../primitives/co-occurrence-field.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import { assertAbsolute, rejectsArgument, throwsConfiguration, untyped } from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";

interface Named {
  readonly id: string;
}

function graphModel(options: CoOccurrenceOptions = {}) {
  return defineModel("Node", { identity: ["id"], fields: { id: keyField(), links: coOccurrenceField(options) } });
}

/** A graph with these edges, `A B 0.5` for an edge of 0.5 from A to B. */
async function openGraph(context: ConformanceContext, edges: readonly string[], options: CoOccurrenceOptions = {}) {
  const nodes = new Repository(await context.openStore(), graphModel(options));
  const links = nodes.links("links");
  for (const edge of edges) {
    const [source = "", target = "", weight] = edge.split(" ");
    await links.link({ id: source }, { id: target }, weight === undefined ? undefined : Number(weight));
  }
  return { nodes, links };
}

const [a, b] = [{ id: "A" }, { id: "B" }];

async function weights(links: CoOccurrence<Named>, id: string): Promise<Readonly<Record<string, number>>> {
  return byName(await links.getLinked({ id }, { minWeight: 0, limit: 1000 }));
}

async function spread(links: CoOccurrence<Named>, seeds: string, options: PropagateOptions = {}) {
  return byName(
    await links.propagate(
      [...seeds].map((id) => ({ id })),
      options,
    ),
  );
}

function byName(linked: readonly LinkedRecord<Named>[]): Readonly<Record<string, number>> {
  const found = Object.fromEntries(linked.map(({ identity, weight }) => [identity.id, weight]));
  assert.equal(Object.keys(found).length, linked.length, "no record twice");
  return found;
}

/** The same names in the same order, with weights within T12. */
function assertWeights(actual: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, weight] of Object.entries(expected)) assertAbsolute(actual[name], weight, name);
}

export const coOccurrenceCases = section("Co-occurrence", {
  C52: [
    "Linking again keeps the weight",
    async (context) => {
      const { links } = await openGraph(context, []);
      assertAbsolute(await links.link(a, b, 0.2), 0.2);
      assertAbsolute(await links.link(a, b, 0.9), 0.2);
      assertWeights(await weights(links, "A"), { B: 0.2 });
    },
  ],
  C53: [
    "A link to itself and weights out of range are argument errors",
    async (context) => {
      const { links } = await openGraph(context, []);
      await rejectsArgument(() => links.link(a, a));
      for (const weight of [1.1, 0, -0.1, Number.NaN]) await rejectsArgument(() => links.link(a, b, weight));
      assertWeights(await weights(links, "A"), {});
    },
  ],
  C54: [
    "Strengthening adds to both directions",
    async (context) => {
      const { links } = await openGraph(context, ["A B"]);
      assertAbsolute(await links.strengthen(a, b), 0.15);
      assertWeights(await weights(links, "A"), { B: 0.15 });
      assertWeights(await weights(links, "B"), { A: 0.15 });
    },
  ],
  C55: [
    "Strengthening creates a missing edge",
    async (context) => {
      const { links } = await openGraph(context, []);
      assertAbsolute(await links.strengthen(a, b, 0.1), 0.1);
      assertWeights(await weights(links, "B"), { A: 0.1 });
    },
  ],
  C56: [
    "Weights stop at the cap, and only a positive delta strengthens",
    async (context) => {
      const { links } = await openGraph(context, ["A B 0.97"]);
      assertAbsolute(await links.strengthen(a, b, 0.05), 1);
      for (const delta of [0, -0.05]) await rejectsArgument(() => links.strengthen(a, b, delta));
      assertWeights(await weights(links, "A"), { B: 1 });
    },
  ],
  C57: [
    "A full record loses its weakest edge, in both directions",
    async (context) => {
      const options = { maxEdges: 3 };
      const { links } = await openGraph(context, ["A B 0.1", "A C 0.2", "A D 0.3", "A E 0.4"], options);
      assertWeights(await weights(links, "A"), { E: 0.4, D: 0.3, C: 0.2 });
      assertWeights(await weights(links, "B"), {});
      assert.equal(await links.link(a, { id: "F" }, 0.15), 0, "an edge weaker than all others does not stay");
      assertWeights(await weights(links, "F"), {});
      assertAbsolute(await links.strengthen(a, { id: "G" }, 0.25), 0.25);
      assertWeights(await weights(links, "A"), { E: 0.4, D: 0.3, G: 0.25 });
      assertWeights(await weights(links, "C"), {});
    },
  ],
  C58: [
    "Weakening multiplies every edge in both directions and drops those below 0.001",
    async (context) => {
      const { links } = await openGraph(context, ["A B 1", "A C 0.5"]);
      assert.equal(await links.weakenAll(a, 0.5), 0);
      assertWeights(await weights(links, "A"), { B: 0.5, C: 0.25 });
      assertWeights(await weights(links, "B"), { A: 0.5 });
      await rejectsArgument(() => links.weakenAll(a, 1.5));
      await rejectsArgument(() => links.weakenAll(a, -0.1));
      assert.equal(await links.weakenAll(a, 0), 2);
      assertWeights(await weights(links, "A"), {});
      assertWeights(await weights(links, "C"), {});

      await links.link(a, b, 0.01);
      assert.equal(await links.weakenAll(a, 0.05), 1);
      assertWeights(await weights(links, "B"), {});

      await links.link(a, b, 0.1);
      for (let step = 1; step < 90; step += 1) assert.equal(await links.weakenAll(a), 0, `step ${step}`);
      assert.equal(await links.weakenAll(a), 1);
      throwsConfiguration(() => coOccurrenceField({ decayFactor: 1 }));
      throwsConfiguration(() => coOccurrenceField({ decayFactor: untyped("0.5") }));
      throwsConfiguration(() => coOccurrenceField({ maxEdges: 0 }));
    },
  ],
  C59: [
    "Activation halves with every hop of a chain",
    async (context) => {
      const { links } = await openGraph(context, ["A B 1", "B C 1", "C D 1"]);
      assertWeights(await spread(links, "A"), { B: 0.5, C: 0.25 });
      assertWeights(await spread(links, "A", { depth: 3 }), { B: 0.5, C: 0.25, D: 0.125 });
    },
  ],
  C60: [
    "Activation follows the weights of a star",
    async (context) => {
      const { links } = await openGraph(context, ["A B 0.8", "A C 0.6", "A D 0.4"]);
      assertWeights(await spread(links, "A", { depth: 1 }), { B: 0.4, C: 0.3, D: 0.2 });
    },
  ],
  C61: [
    "Of two ways to a record the stronger one counts",
    async (context) => {
      const { links } = await openGraph(context, ["A B 1", "A C 0.5", "B D 1", "C D 1"], { symmetric: false });
      assertAbsolute((await spread(links, "A")).D, 0.25);
    },
  ],
  C62: [
    "A strong direct edge beats two hops",
    async (context) => {
      const { links } = await openGraph(context, ["A B 1", "B C 1", "A C 0.9"], { symmetric: false });
      assertWeights(await spread(links, "A"), { B: 0.5, C: 0.45 });
    },
  ],
  C63: [
    "What falls below the threshold is cut, what meets it stays",
    async (context) => {
      const faint = await openGraph(context, ["A B 0.01"]);
      assertWeights(await spread(faint.links, "A", { threshold: 0.1 }), {});
      const edge = await openGraph(context, ["A B 0.02"]);
      assertWeights(await spread(edge.links, "A"), { B: 0.01 });
      const standard = await openGraph(context, ["A B", "B C"]);
      assertWeights(await spread(standard.links, "A"), { B: 0.05 });
    },
  ],
  C64: [
    "A stored weight above the cap counts as the cap",
    async (context) => {
      const { nodes, links } = await openGraph(context, []);
      const input = {
        keys: { edges: edgesKey(nodes.layout, "links", "") },
        source: "A",
        target: "B",
        weight: 2.5,
        limits: { symmetric: true, maxEdges: 500, weightCap: 2.5 },
      };
      await nodes.store.run(link, input, nodes.store.shardOf(""));
      assertWeights(await weights(links, "A"), { B: 2.5 });
      assertWeights(await spread(links, "A"), { B: 0.5 });
    },
  ],
  C65: [
    "Seeds are never in the result, unless they are all of it",
    async (context) => {
      const { links } = await openGraph(context, ["A B 1", "B C 1"]);
      assertWeights(await spread(links, "AC"), { B: 0.5 });
      assertWeights(await spread(links, "A", { depth: 0 }), { A: 1 });
      assertWeights(await spread(links, "AA", { depth: 0 }), { A: 1 });
      assertWeights(await spread(links, ""), {});
      await rejectsArgument(() => spread(links, "A", { decayPerHop: 1 }));
      await rejectsArgument(() => spread(links, "", { decayPerHop: 1 }));
    },
  ],
});
