import { checkKeyText, checkNumber, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { type RankedPolicy, scorePolicy } from "../../operations/policies/rank-state.js";
import { numberField } from "../../operations/records/fields.js";
import { countSet, listMany } from "../../operations/records/reading.js";
import { Best, type Scored } from "../../repository/best.js";
import { boundQuery } from "../../repository/bounded-query.js";
import { readCandidates } from "../../repository/candidates.js";
import { readFromTop } from "../../repository/from-top.js";
import type { Page } from "../../repository/reading.js";
import type { Store } from "../../store/store.js";
import { type ScoredPolicy, scoredPolicies } from "../deciding/decision.js";
import { scoring } from "../deciding/scoring.js";
import { DEFAULT_AGENT } from "../events/outcome-event.js";
import { totalsOf } from "../evidence/evidence.js";
import type { ServingRules } from "../evidence/serving-rules.js";
import { EXPECTED_VALUE, isEvidenceId, policyLayout } from "../policy-entry.js";

/** Whose policies to rank, and which page of them to return. */
export interface RankingOptions {
  /** Default "default". */
  readonly agentId?: string | undefined;
  /** Policies per page, 1 to 1000. Default 10. */
  readonly limit?: number | undefined;
  /** `next` of the page before. Default: the first page. */
  readonly after?: string | undefined;
}

const OPTION_NAMES = namesOf<RankingOptions>({ agentId: true, limit: true, after: true });

/** A page of policies, best first. Scores change with time, so that a policy may be on two pages that are read apart. */
export interface RankedPage extends Page<ScoredPolicy> {
  /** Policies of the agent in all. */
  readonly total: number;
}

/** The place after so many policies. */
export function rankAfter(policies: number): string {
  return String(policies);
}

const READ_PAGE = 500;

interface Ranked extends Scored {
  readonly policy: RankedPolicy;
}

/** Ranks all policies of an agent, keeping only as many as the page needs. */
export async function rankAgent(store: Store, options: RankingOptions, rules: ServingRules): Promise<RankedPage> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  const agentId = given.agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", given.agentId);
  const limit = checkNumber("limit", given.limit ?? 10, isPageSize, "an integer from 1 to 1000");
  const offset = given.after === undefined ? 0 : checkPlace(given.after);
  const settings = { ...scoring(store.defaults), nowSeconds: store.nowSeconds(), namePrefix: "" };
  const best = new Best<Ranked>(offset + limit);
  const wanted = new Map([["agentId", agentId]]);
  const query = await boundQuery(store, policyLayout, wanted, [
    { name: EXPECTED_VALUE, weight: settings.weights.expectedValue, scoring: settings.clock },
    { name: "confidence", weight: settings.weights.confidence },
    { name: "accessCount", weight: settings.weights.accessCount },
  ]);
  const pages =
    query === undefined
      ? readCandidates(store, policyLayout, wanted, READ_PAGE)
      : readFromTop(store, policyLayout, wanted, query, () => best.floor);
  for await (const page of pages) {
    best.add(
      page.map(({ name, fields }) => {
        const policy = scorePolicy(fields, numberField(fields, "qValue", 0), [], settings);
        return { name, score: policy.score, policy };
      }),
    );
  }
  const shown = best.items.slice(offset);
  const states = await evidenceOfStates(store, agentId, shown);
  const records = shown.flatMap(({ policy }, index) => {
    const evidence = states[index] ?? [];
    return scoredPolicies({ policies: [policy], evidence }, totalsOf(evidence), rules);
  });
  const total = await store.run(countSet, { keys: { set: policyLayout.membersKey(agentId) } }, store.shardOf(agentId));
  const end = offset + records.length;
  return end < total && records.length > 0 ? { records, total, next: rankAfter(end) } : { records, total };
}

function checkPlace(after: string): number {
  if (typeof after === "string" && /^\d{1,15}$/.test(after)) return Number(after);
  throw new InvalidArgumentError("after", after, "`next` of the page before");
}

/** For each policy the evidence of all actions of its state: what the agent did otherwise there speaks against it. */
async function evidenceOfStates(store: Store, agentId: string, page: readonly Scored[]) {
  const groups = page.map(({ name }) => {
    return { keys: { records: policyLayout.recordsKey(policyLayout.valuesOf(agentId, name)) } };
  });
  const states = await store.run(listMany, { groups }, store.shardOf(agentId));
  return states.map((records) => records.filter(({ id }) => isEvidenceId(id)));
}

function isPageSize(limit: number): boolean {
  return Number.isInteger(limit) && limit >= 1 && limit <= 1000;
}
