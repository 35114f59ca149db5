import { describe, expect, it } from "vitest";
import type { PolicyCacheOptions } from "../../../src/cache/opening/cache-options.js";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { ConfigurationError } from "../../../src/common/errors.js";
import { openStore } from "../../../src/store/store.js";
import { describeOnEveryEngine, type EngineName, freshLocation } from "../../support/stores/stores.js";

import { errorOf, wrong } from "./values.js";

type Options = { readonly [name: string]: unknown };

interface BadOptions {
  readonly options: Options | null;
  readonly option: string;
  /** Only for options without a meaning elsewhere. */
  readonly engines?: readonly EngineName[];
}

const OPTIONS: readonly BadOptions[] = [
  { options: null, option: "options" },
  { options: { workers: "sometimes" }, option: "workers" },
  { options: { workers: true }, option: "workers" },
  { options: { batchSize: 0 }, option: "batchSize" },
  { options: { batchSize: 2.5 }, option: "batchSize" },
  { options: { batchSize: "50" }, option: "batchSize" },
  { options: { durability: "eventually" }, option: "durability", engines: ["sqlite"] },
  { options: { busyTimeoutMs: -1 }, option: "busyTimeoutMs", engines: ["sqlite"] },
  { options: { busyTimeoutMs: Number.NaN }, option: "busyTimeoutMs", engines: ["sqlite"] },
  { options: { busyTimeoutMs: 3_600_001 }, option: "busyTimeoutMs", engines: ["sqlite"] },
  { options: { database: {} }, option: "database", engines: ["sqlite"] },
  { options: { database: "policies.db" }, option: "database", engines: ["sqlite"] },
  { options: { clock: 1_715_803_200 }, option: "clock" },
  { options: { clock: () => Number.NaN }, option: "clock" },
  { options: { clock: () => -1 }, option: "clock" },
  { options: { clock: () => 1e300 }, option: "clock" },
  { options: { clock: () => 1_716_000_000_000 }, option: "clock" },
  { options: { actions: { pay: { validUntilSeconds: 1_716_000_000_000 } } }, option: "actions.pay.validUntilSeconds" },
  { options: { random: 0.5 }, option: "random" },
  { options: { onWorkerError: "log" }, option: "onWorkerError" },
  { options: { defaults: null }, option: "defaults" },
  { options: { defaults: "strict" }, option: "defaults" },
  { options: { defaults: { ciTreshold: 0.7 } }, option: "defaults.ciTreshold" },
  { options: { defaults: { toString: 1 } }, option: "defaults.toString" },
  { options: { defaults: JSON.parse('{"__proto__": {"ciThreshold": 0}}') }, option: "defaults.__proto__" },
  { options: { defaults: { ciThreshold: 1 } }, option: "defaults.ciThreshold" },
  { options: { defaults: { ciThreshold: "0.6" } }, option: "defaults.ciThreshold" },
  { options: { defaults: { ciThreshold: null } }, option: "defaults.ciThreshold" },
  { options: { defaults: { minEvents: 0 } }, option: "defaults.minEvents" },
  { options: { defaults: { minEvents: 2.5 } }, option: "defaults.minEvents" },
  { options: { defaults: { wilsonZ: 0 } }, option: "defaults.wilsonZ" },
  { options: { defaults: { tdAlpha: 0 } }, option: "defaults.tdAlpha" },
  { options: { defaults: { tdGamma: 1 } }, option: "defaults.tdGamma" },
  { options: { defaults: { tdGamma: 1.1, tdEpisodic: true } }, option: "defaults.tdGamma" },
  { options: { defaults: { tdEpisodic: 1 } }, option: "defaults.tdEpisodic" },
  { options: { defaults: { tdSteps: 0 } }, option: "defaults.tdSteps" },
  { options: { defaults: { tdSteps: 65 } }, option: "defaults.tdSteps" },
  { options: { defaults: { tdLambda: 1.5 } }, option: "defaults.tdLambda" },
  { options: { defaults: { explorationEpsilon: -0.1 } }, option: "defaults.explorationEpsilon" },
  { options: { defaults: { softmaxTemperature: 0 } }, option: "defaults.softmaxTemperature" },
  { options: { defaults: { ucbCoefficient: 0 } }, option: "defaults.ucbCoefficient" },
  { options: { defaults: { thompsonPriorSuccesses: 0 } }, option: "defaults.thompsonPriorSuccesses" },
  { options: { defaults: { thompsonPriorFailures: Number.NaN } }, option: "defaults.thompsonPriorFailures" },
  { options: { actions: { pay: { irreversible: "yes" } } }, option: "actions.pay.irreversible" },
  { options: { defaults: { decayRate: Number.NaN } }, option: "defaults.decayRate" },
  { options: { defaults: { evidenceCap: 20.5 } }, option: "defaults.evidenceCap" },
  { options: { defaults: { actedCycleFactor: 0.9 } }, option: "defaults.actedCycleFactor" },
  { options: { defaults: { autoDischargeThreshold: 0.1 } }, option: "defaults.autoDischargeThreshold" },
  { options: { defaults: { seedConfidence: "yes" } }, option: "defaults.seedConfidence" },
  { options: { defaults: { initialQ: "median" } }, option: "defaults.initialQ" },
  { options: { defaults: { initialQ: Number.NaN } }, option: "defaults.initialQ" },
  { options: { defaults: { initialQ: 1.7e308 } }, option: "defaults.initialQ" },
  { options: { defaults: { rankingWeights: null } }, option: "defaults.rankingWeights" },
  { options: { defaults: { rankingWeights: { qValue: 1 } } }, option: "defaults.rankingWeights.qValue" },
  { options: { defaults: { rankingWeights: { confidence: -0.1 } } }, option: "defaults.rankingWeights.confidence" },
  { options: { defaults: { streamMaxLength: 0 } }, option: "defaults.streamMaxLength" },
  { options: { defaults: { reportTtlSeconds: 0 } }, option: "defaults.reportTtlSeconds" },
];

describeOnEveryEngine("a wrong option", (engine) => {
  const here = OPTIONS.filter(({ engines }) => engines?.includes(engine) ?? true);

  it.each(here)("is refused before anything is created: $option", async ({ options, option }) => {
    const location = freshLocation(engine);
    const error = await errorOf(async () => {
      const cache = await PolicyCache.open(location, wrong<PolicyCacheOptions>(options));
      await cache.close();
    });
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: "INVALID_CONFIGURATION", option, retryable: false });
    expect(error.message).toContain(option);
    if (engine === "memory") return;
    await expect(openStore(location, { readOnly: true })).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
  });
});

const LOCATIONS: readonly { readonly location: unknown; readonly shown: string }[] = [
  { location: undefined, shown: "nothing" },
  { location: null, shown: "null" },
  { location: 5, shown: "a number" },
  { location: "", shown: "an empty text" },
  { location: "   ", shown: "blanks" },
  { location: "a\0b.db", shown: "a NUL character" },
  { location: "mysql://localhost", shown: "a server of another kind" },
  { location: "https://example.org/policies.db", shown: "a web address" },
  { location: "file://elsewhere/policies.db", shown: "a file of another host" },
  { location: "file:///a%2Fb.db", shown: "an encoded slash" },
];

describe("a wrong location", () => {
  it.each(LOCATIONS)("is refused: $shown", async ({ location }) => {
    const error = await errorOf(() => openStore(wrong(location)));
    expect(["INVALID_ARGUMENT", "INVALID_CONFIGURATION"]).toContain(error.code);
    expect(error.message).toContain("location");
  });
});
