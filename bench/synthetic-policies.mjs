import { policyLayout } from "../dist/cache/policy-entry.js";
import { rankingBound } from "../dist/operations/records/ranking-bound.js";

/** One success makes a policy: how much evidence there is does not change what a call costs. */
export const SYNTHETIC_DEFAULTS = { minEvents: 1, ciThreshold: 0.1 };

/** The outcome that the `index`-th policy was made from. */
export function syntheticEvent(agentId, index, extras = {}) {
  return eventFrom(
    { agentId, task: `task ${index % 7}`, service: `service ${index}`, action: `action ${index % 5}` },
    extras,
  );
}

function eventFrom({ agentId, task, service, action }, extras) {
  return {
    agentId,
    state: { task, service, urgent: true },
    action: { type: action, spec: { attempts: 3 } },
    outcome: "success",
    reward: 1,
    ...extras,
  };
}

const SAMPLE = { agentId: "@agent@", task: "@task@", service: "@service@", action: "@action@" };

/**
 * Makes what a store holds of policies, without recording anything: one policy is recorded and exported, and the texts in
 * which it differs from others are replaced. The values differ, so that no two policies rank alike. Existence filters
 * are left out; none of the measured calls asks them.
 *
 * @returns for an agent, the items it has once; for a policy, those it has besides
 */
export async function syntheticPolicies(library) {
  const { computeFingerprint, exportStore, PolicyCache } = library;
  const cache = await PolicyCache.open("memory:", { workers: "inline", defaults: SYNTHETIC_DEFAULTS });
  await cache.record(eventFrom(SAMPLE, {}));
  await cache.ranking({ agentId: SAMPLE.agentId }); // marks the index of bounds as complete
  const { ranked } = await cache.decide({ agentId: SAMPLE.agentId, state: eventFrom(SAMPLE, {}).state });
  const { entryId, stateFingerprint } = ranked[0].entry;
  let text = "";
  for await (const lines of exportStore(cache.store)) text += lines;
  await cache.close();
  const items = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const stored = items.filter(
    ({ kind, key }) => key !== undefined && !/^(settings|filter)/.test(key) && kind !== "stream",
  );
  const isOfPolicy = (item) => JSON.stringify(item).includes(stateFingerprint);
  const ofAgent = template(
    stored.filter((item) => !isOfPolicy(item)),
    [SAMPLE.agentId],
  );
  const ofPolicy = stored.filter(isOfPolicy);
  const { agentId, task, service, action } = SAMPLE;
  const fill = template(ofPolicy, [agentId, task, service, action, stateFingerprint, entryId]);
  const scale = scaler(ofPolicy, policyLayout.recordKeys([agentId, stateFingerprint, action]));
  return {
    agentItems: (agent) => ofAgent([agent]),
    policyItems: (agent, index) => {
      const event = syntheticEvent(agent, index);
      const fingerprint = computeFingerprint(event.state);
      const id = index.toString(16).padStart(entryId.length, "0");
      const made = fill([agent, event.state.task, event.state.service, event.action.type, fingerprint, id]);
      scale(made, 0.1 + 0.9 * fraction(index));
      return made;
    },
  };
}

/** @returns a function that makes the items anew with other texts in place of the names: compiled, because it is called often */
function template(items, names) {
  const literal = names.reduce(
    (text, name, index) => text.replaceAll(name, `"+texts[${index}]+"`),
    JSON.stringify(items),
  );
  return new Function("texts", `return ${literal}`);
}

/** @returns a function that gives a policy another value, and bounds that hold for it */
function scaler(items, record) {
  const policy = items.findIndex(({ kind, id }) => kind === "record" && id === record.id);
  const bounds = record.rankings.map(({ keys, field, formula }) => {
    const place = items.findIndex(
      ({ kind, key, member }) => kind === "score" && key === keys.index && member === record.name,
    );
    return { place, field, formula };
  });
  return (made, factor) => {
    const { fields } = made[policy];
    fields.qValue *= factor;
    for (const { place, field, formula } of bounds) {
      const bound = rankingBound(fields, formula, fields["expectedValue.lastTouched"]);
      fields[field] = bound;
      made[place].score = -bound;
    }
  };
}

/** Spreads whole numbers evenly from 0 to below 1 (Weyl's sequence of the golden ratio). */
function fraction(index) {
  return (index * 0.6180339887498949) % 1;
}
