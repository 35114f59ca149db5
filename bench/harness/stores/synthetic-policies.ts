import { policyLayout } from "../../../src/cache/policy-entry.js";
import type { Fields, FieldValue } from "../../../src/keyspace/port/keyspace.js";
import { canonicalJson } from "../../../src/maths/json/canonical-json.js";
import { digestOfCanonical } from "../../../src/maths/json/fingerprint.js";
import type { JsonObject } from "../../../src/maths/json/json-value.js";
import type { ContentLine } from "../../../src/migration/export-format.js";
import { rankingBound } from "../../../src/operations/records/ranking/ranking-bound.js";
import { library, type OutcomeEvent } from "../library.js";

/** One success makes a policy: how much evidence there is does not change what a call costs. */
export const SYNTHETIC_DEFAULTS = { minEvents: 1, ciThreshold: 0.1 };

export type SyntheticEvent = ReturnType<typeof syntheticEvent>;

/** The outcome that the `index`-th policy was made from. */
export function syntheticEvent(agentId: string, index: number) {
  return eventFrom({ agentId, task: `task ${index % 7}`, service: `service ${index}`, action: `action ${index % 5}` });
}

function eventFrom({
  agentId,
  task,
  service,
  action,
}: Readonly<Record<"agentId" | "task" | "service" | "action", string>>) {
  return {
    agentId,
    state: { task, service, urgent: true },
    action: { type: action, spec: { attempts: 3 } },
    outcome: "success",
    reward: 1,
  } satisfies OutcomeEvent;
}

/** What is written to a store: the smallest part of each structure, as in an export. */
export type WrittenItem = WrittenRecord | WrittenScore | WrittenMember;

export interface WrittenRecord {
  readonly kind: "record";
  readonly key: string;
  readonly id: string;
  readonly fields: Record<string, FieldValue>;
}

export interface WrittenScore {
  readonly kind: "score";
  readonly key: string;
  readonly member: string;
  score: number;
}

export interface WrittenMember {
  readonly kind: "member";
  readonly key: string;
  readonly member: string;
}

export interface SyntheticPolicies {
  /** What an agent has once. */
  readonly agentItems: (agentId: string) => readonly WrittenItem[];
  /** What a policy has besides. */
  readonly policyItems: (agentId: string, index: number) => readonly WrittenItem[];
}

const SAMPLE = { agentId: "@agent@", task: "@task@", service: "@service@", action: "@action@" };

/**
 * Makes what a store holds of policies, without recording anything: one policy is recorded and exported, and the texts in
 * which it differs from others are replaced. The values differ, so that no two policies rank alike. Existence filters
 * are left out; none of the measured calls asks them.
 */
export async function syntheticPolicies(): Promise<SyntheticPolicies> {
  const { computeFingerprint } = library;
  const { items, entryId, stateFingerprint, stateDigest } = await recordSample();
  const isOfPolicy = (item: WrittenItem) => JSON.stringify(item).includes(stateFingerprint);
  const ofAgent = template(
    items.filter((item) => !isOfPolicy(item)),
    [SAMPLE.agentId],
  );
  const ofPolicy = items.filter(isOfPolicy);
  const { agentId, task, service, action } = SAMPLE;
  const fill = template(ofPolicy, [agentId, task, service, action, stateFingerprint, stateDigest, entryId]);
  const scale = scaler(ofPolicy, [agentId, stateFingerprint, action]);
  return {
    agentItems: (agent) => ofAgent([agent]),
    policyItems: (agent, index) => {
      const { state, action } = syntheticEvent(agent, index);
      const id = index.toString(16).padStart(entryId.length, "0");
      const { task, service } = state;
      const made = fill([agent, task, service, action.type, computeFingerprint(state), digestOf(state), id]);
      scale(made, 0.1 + 0.9 * fraction(index));
      return made;
    },
  };
}

async function recordSample() {
  const cache = await library.PolicyCache.open("memory:", { workers: "inline", defaults: SYNTHETIC_DEFAULTS });
  const event = eventFrom(SAMPLE);
  await cache.record(event);
  await cache.ranking({ agentId: SAMPLE.agentId }); // marks the index of bounds as complete
  const [policy] = (await cache.decide({ agentId: SAMPLE.agentId, state: event.state })).ranked;
  if (policy === undefined) throw new Error("The recorded success made no policy.");
  let text = "";
  for await (const lines of library.exportStore(cache.store)) text += lines;
  await cache.close();
  const lines: readonly ContentLine[] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const items = lines.flatMap(writtenItem).filter(({ key }) => !/^(settings|filter)/.test(key));
  const { entryId, stateFingerprint } = policy.entry;
  return { items, entryId, stateFingerprint, stateDigest: digestOf(event.state) };
}

function digestOf(state: JsonObject): string {
  return digestOfCanonical(canonicalJson(state));
}

function writtenItem(line: ContentLine): readonly WrittenItem[] {
  return line.kind === "record" || line.kind === "score" || line.kind === "member" ? [line] : [];
}

type FillTemplate = (texts: readonly string[]) => readonly WrittenItem[];

/** @returns a function that makes the items anew with other texts in place of the names: compiled, because it is called often */
function template(items: readonly WrittenItem[], names: readonly string[]): FillTemplate {
  const literal = names.reduce(
    (text, name, index) => text.replaceAll(name, `"+texts[${index}]+"`),
    JSON.stringify(items),
  );
  return new Function("texts", `return ${literal}`) as FillTemplate;
}

/** @returns a function that gives a policy another value, and bounds that hold for it */
function scaler(items: readonly WrittenItem[], identity: readonly string[]) {
  const record = policyLayout.recordKeys(identity);
  const policy = items.findIndex((item) => item.kind === "record" && item.id === record.id);
  const bounds = record.rankings.map(({ keys, field, formula }) => {
    const place = items.findIndex(
      (item) => item.kind === "score" && item.key === keys.index && item.member === record.name,
    );
    return { place, field, formula };
  });
  return (made: readonly WrittenItem[], factor: number): void => {
    const { fields } = itemAt(made, policy, "record");
    fields.qValue = numberIn(fields, "qValue") * factor;
    for (const { place, field, formula } of bounds) {
      const bound = rankingBound(fields, formula, numberIn(fields, "expectedValue.lastTouched"));
      fields[field] = bound;
      itemAt(made, place, "score").score = -bound;
    }
  };
}

function itemAt<Kind extends WrittenItem["kind"]>(items: readonly WrittenItem[], place: number, kind: Kind) {
  const item = items[place];
  if (item === undefined || !isOfKind(item, kind)) throw new Error(`A policy has no ${kind} where one was expected.`);
  return item;
}

function isOfKind<Kind extends WrittenItem["kind"]>(
  item: WrittenItem,
  kind: Kind,
): item is Extract<WrittenItem, { kind: Kind }> {
  return item.kind === kind;
}

function numberIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number") throw new Error(`The field ${name} of a policy is ${value}, expected a number.`);
  return value;
}

/** Spreads whole numbers evenly from 0 to below 1 (Weyl's sequence of the golden ratio). */
function fraction(index: number): number {
  return (index * 0.6180339887498949) % 1;
}
