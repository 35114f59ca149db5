// The entries of the built package as one, for programs that also measure other builds.

export * from "../dist/evaluation/index.js";
export * from "../dist/index.js";
export * from "../dist/migration/index.js";
export * from "../dist/models.js";
export * from "../dist/statistics.js";
