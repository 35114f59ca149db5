import type { TuningConstants } from "../defaults.js";
import type { Fields } from "../keyspace/keyspace.js";
import { compareUtf8 } from "../keyspace/utf8-order.js";
import { checkCount, checkKeyText, checkNumber } from "../model/checks.js";
import { storageKey } from "../model/layout.js";
import { type RankStateInput, scorePolicy } from "../operations/rank-state.js";
import { getMany, pageOfSet } from "../operations/reading.js";
import type { Store } from "../store.js";
import { type ScoredPolicy, scoredPolicy } from "./decision.js";
import { DEFAULT_AGENT } from "./outcome-event.js";
import { EVIDENCE, policyLayout } from "./policy-entry.js";

export interface RankingOptions {
  /** Default "default". */
  readonly agentId?: string;
  /** Policies per page, 1 to 1000. Default 10. */
  readonly limit?: number;
  /** Policies to pass over. Integer >= 0, default 0. */
  readonly offset?: number;
}

export interface RankedPage<Item> {
  readonly policies: readonly Item[];
  /** Policies of the agent in all. */
  readonly total: number;
}

const READ_PAGE = 500;

/** How policies are scored under these constants. */
export function scoring(defaults: TuningConstants): Pick<RankStateInput, "clock" | "weights"> {
  const clock = policyLayout.mainClock;
  if (clock === undefined) throw new TypeError("PolicyEntry declares a clock");
  return { clock: policyLayout.clockScoring(clock, defaults), weights: defaults.rankingWeights };
}

interface Candidate {
  readonly name: string;
  readonly policy: ReturnType<typeof scorePolicy>;
  readonly evidence: Fields;
}

/** Ranks all policies of an agent, keeping only as many as the page needs. */
export async function rankAgent(store: Store, options: RankingOptions): Promise<RankedPage<ScoredPolicy>> {
  const agentId = options.agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", options.agentId);
  const limit = checkNumber("limit", options.limit ?? 10, isPageSize, "an integer from 1 to 1000");
  const offset = checkCount("offset", options.offset ?? 0);
  let best: Candidate[] = [];
  let total = 0;
  for await (const page of readPolicies(store, agentId)) {
    total += page.length;
    best = [...best, ...page].sort(byScoreThenName).slice(0, offset + limit);
  }
  const policies = best.slice(offset).map(({ policy, evidence }) => {
    const id = storageKey(EVIDENCE, String(policy.fields.actionType));
    return scoredPolicy(policy, { id, fields: evidence }, store.defaults);
  });
  return { policies, total };
}

async function* readPolicies(store: Store, agentId: string): AsyncGenerator<readonly Candidate[]> {
  const keys = { set: policyLayout.membersKey(agentId) };
  const settings = { ...scoring(store.defaults), nowSeconds: store.nowSeconds(), namePrefix: "" };
  let after = "";
  for (;;) {
    const names = await store.run(pageOfSet, { keys, prefix: "", after, limit: READ_PAGE });
    const identities = names.map((name) => policyLayout.valuesOf(agentId, name));
    const place = (id: (values: readonly string[]) => string) =>
      identities.map((values) => ({ keys: { records: policyLayout.recordsKey(values) }, id: id(values) }));
    const entries = await store.run(getMany, { records: place((values) => policyLayout.recordId(values)) });
    const evidence = await store.run(getMany, {
      records: place((values) => storageKey(EVIDENCE, values.at(-1) ?? "")),
    });
    yield names.flatMap((name, index) => {
      const fields = entries[index];
      if (fields === undefined) return [];
      return [{ name, policy: scorePolicy(fields, [], settings), evidence: evidence[index] ?? {} }];
    });
    if (names.length < READ_PAGE) return;
    after = names.at(-1) ?? after;
  }
}

function byScoreThenName(left: Candidate, right: Candidate): number {
  return right.policy.score - left.policy.score || compareUtf8(left.name, right.name);
}

function isPageSize(limit: number): boolean {
  return Number.isInteger(limit) && limit >= 1 && limit <= 1000;
}
