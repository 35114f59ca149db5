import { createGroup } from "../../operations/streams/streams.js";
import { agreeOnEvidenceCaps, forgetEvidenceCaps } from "../../primitives/confidence-field.js";
import type { Store } from "../../store/store.js";
import { PolicyEntry } from "../policy-entry.js";
import { agreeOnEvidenceMode, type EvidenceMode, forgetEvidenceMode } from "../recording/evidence-mode.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../recording/outcome-stream.js";
import { DISCOVERY_GROUP } from "../rhythms/temporal-discovery.js";

/** What a cache that learns needs of its store. @returns how the store counts */
export async function prepareStore(
  store: Store,
  evidence: EvidenceMode | "stored",
  discovery: boolean,
): Promise<EvidenceMode> {
  const mode = await agreeOnEvidenceMode(store, evidence);
  await agreeOnEvidenceCaps(store, PolicyEntry);
  const groups = discovery ? [CRYSTALLIZER_GROUP, DISCOVERY_GROUP] : [CRYSTALLIZER_GROUP];
  for (const group of groups) await store.runOnAll(createGroup, { keys: { stream: OUTCOME_STREAM }, group });
  return mode;
}

/** The same for a store that may have been emptied since: what was agreed on is agreed on again. */
export async function prepareAgain(store: Store, mode: EvidenceMode, discovery: boolean): Promise<void> {
  forgetEvidenceMode(store);
  forgetEvidenceCaps(store);
  await prepareStore(store, mode, discovery);
}
