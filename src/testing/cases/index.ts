import type { ConformanceCase } from "../conformance-case.js";
import { accessTrackerCases } from "./access-tracker.js";
import { coOccurrenceCases } from "./co-occurrence.js";
import { compositeCases } from "./composite.js";
import { confidenceCases } from "./confidence.js";
import { crystallizationCases } from "./crystallization.js";
import { cyclicDecayCases } from "./cyclic-decay.js";
import { decayCases } from "./decay.js";
import { existenceFilterCases } from "./existence-filter.js";
import { fingerprintCases } from "./fingerprint.js";
import { observationCases } from "./observation.js";
import { predictionLedgerCases } from "./prediction-ledger.js";
import { streamCases } from "./streams.js";
import { tdValueCases } from "./td-value.js";
import { temporalDiscoveryCases } from "./temporal-discovery.js";
import { writeFilterCases } from "./write-filter.js";

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
