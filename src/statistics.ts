export { computeFingerprint, type FingerprintOptions } from "./maths/json/fingerprint.js";
export { discoverWeeklyCycle, type RhythmOptions, type WeeklyCycle } from "./maths/rhythm/rhythm.js";
export { anytimeLowerBound } from "./maths/statistics/anytime.js";
export {
  type ChiSquaredResult,
  chiSquaredSurvival,
  chiSquaredUniform,
} from "./maths/statistics/uniformity/chi-squared.js";
export { wilsonCiLower } from "./maths/statistics/wilson.js";
