import { streamKey } from "../../store/storage-keys.js";

/** The stream `record` appends to: state-action-outcome events of all agents, oldest first. */
export const OUTCOME_STREAM = streamKey("policy_mutations", "");
/** The group that turns those events into evidence and policies. */
export const CRYSTALLIZER_GROUP = "crystallizer";
