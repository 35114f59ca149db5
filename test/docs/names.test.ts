import { describe, expect, it } from "vitest";
import { Defaults } from "../../src/index.js";
import { readPage } from "./code-blocks.js";

/** What the original's PolicyCache page names. */
const NAMES_OF_THE_PAGE = [
  ...["PolicyEntry", "compute_fingerprint", "crystallization_handler", "StreamConsumer", "update_q_value"],
  ...["temporal_discovery_handler", "wilson_ci_lower", "chi_squared_uniform", "Defaults", "CompositeScoreQuery"],
  ...["EventStreamMixin", "DecayingSortedField", "ConfidenceField", "CoOccurrenceField", "ExistenceFilter"],
  ...["PredictionLedgerMixin", "CyclicDecayField", "agent_id", "state_fingerprint", "state_features", "action_type"],
  ...["action_spec", "stream_key", "group_name", "consumer_name", "next_max_q", "stream:policy_mutations"],
  ...["MIN_EVENTS_FOR_CRYSTALLIZATION", "WILSON_CI_THRESHOLD", "TD_ALPHA", "TD_GAMMA", "CHI_SQUARED_P_THRESHOLD"],
  ...["INITIAL_CYCLE_AMPLITUDE", "crystallizer"],
];

describe("docs/names.md", () => {
  const page = readPage("docs/names.md");

  it("has every name of the original's page", () => {
    expect(NAMES_OF_THE_PAGE.filter((name) => !page.includes(name))).toEqual([]);
  });

  it("has every constant there is", () => {
    expect(Object.keys(Defaults).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
