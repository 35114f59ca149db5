import type { ConformanceCase } from "../conformance-case.js";
import { crystallizationCases } from "./cache/crystallization.js";
import { fingerprintCases } from "./cache/fingerprint.js";
import { streamCases } from "./cache/streams.js";
import { temporalDiscoveryCases } from "./cache/temporal-discovery.js";
import { accessTrackerCases } from "./primitives/access-tracker.js";
import { coOccurrenceCases } from "./primitives/co-occurrence.js";
import { compositeCases } from "./primitives/composite.js";
import { confidenceCases } from "./primitives/confidence.js";
import { cyclicDecayCases } from "./primitives/cyclic-decay.js";
import { decayCases } from "./primitives/decay.js";
import { existenceFilterCases } from "./primitives/existence-filter.js";
import { observationCases } from "./primitives/observation.js";
import { predictionLedgerCases } from "./primitives/prediction-ledger.js";
import { tdValueCases } from "./primitives/td-value.js";
import { writeFilterCases } from "./primitives/write-filter.js";

/** Every case, C1 to C118, in the order of the specification. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...fingerprintCases,
  ...decayCases,
  ...cyclicDecayCases,
  ...confidenceCases,
  ...coOccurrenceCases,
  ...existenceFilterCases,
  ...accessTrackerCases,
  ...observationCases,
  ...writeFilterCases,
  ...predictionLedgerCases,
  ...streamCases,
  ...tdValueCases,
  ...compositeCases,
  ...crystallizationCases,
  ...temporalDiscoveryCases,
];
