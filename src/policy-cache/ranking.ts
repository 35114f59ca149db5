import type { TuningConstants } from "../defaults.js";
import type { Fields } from "../keyspace/keyspace.js";
import { Best, type Scored } from "../model/best.js";
import { type Candidate, readCandidates } from "../model/candidates.js";
import { checkCount, checkKeyText, checkNumber } from "../model/checks.js";
import { storageKey } from "../model/layout.js";
import { type RankedPolicy, type RankStateInput, scorePolicy } from "../operations/rank-state.js";
import { getMany } from "../operations/reading.js";
import type { Store } from "../store.js";
import { type ScoredPolicy, scoredPolicy } from "./decision.js";
import { DEFAULT_AGENT } from "./outcome-event.js";
import { EVIDENCE, EXPECTED_VALUE, PolicyEntry, policyLayout } from "./policy-entry.js";

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

/** How policies are scored. */
export type Scoring = Pick<RankStateInput, "clock" | "weights">;

export function scoring(defaults: TuningConstants): Scoring {
  const clock = policyLayout.clockScoring(EXPECTED_VALUE, PolicyEntry.fields[EXPECTED_VALUE], defaults);
  return { clock, weights: defaults.rankingWeights };
}

interface Ranked extends Scored {
  readonly policy: RankedPolicy;
  readonly evidence: Fields;
}

/** Ranks all policies of an agent, keeping only as many as the page needs. */
export async function rankAgent(store: Store, options: RankingOptions): Promise<RankedPage<ScoredPolicy>> {
  const agentId = options.agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", options.agentId);
  const limit = checkNumber("limit", options.limit ?? 10, isPageSize, "an integer from 1 to 1000");
  const offset = checkCount("offset", options.offset ?? 0);
  const settings = { ...scoring(store.defaults), nowSeconds: store.nowSeconds(), namePrefix: "" };
  const best = new Best<Ranked>(offset + limit);
  let total = 0;
  for await (const page of readCandidates(store, policyLayout, new Map([["agentId", agentId]]), READ_PAGE)) {
    const evidence = await evidenceOf(store, agentId, page);
    total += page.length;
    best.add(
      page.map(({ name, fields }, index) => {
        const policy = scorePolicy(fields, [], settings);
        return { name, score: policy.score, policy, evidence: evidence[index] ?? {} };
      }),
    );
  }
  const policies = best.items.slice(offset).map(({ policy, evidence }) => {
    const id = storageKey(EVIDENCE, String(policy.fields.actionType));
    return scoredPolicy(policy, { id, fields: evidence }, store.defaults);
  });
  return { policies, total };
}

function evidenceOf(
  store: Store,
  agentId: string,
  page: readonly Candidate[],
): Promise<readonly (Fields | undefined)[]> {
  const records = page.map(({ name }) => {
    const values = policyLayout.valuesOf(agentId, name);
    return { keys: { records: policyLayout.recordsKey(values) }, id: storageKey(EVIDENCE, values.at(-1) ?? "") };
  });
  return store.run(getMany, { records }, store.shardOf(agentId));
}

function isPageSize(limit: number): boolean {
  return Number.isInteger(limit) && limit >= 1 && limit <= 1000;
}
