import { wilsonCiLower } from "../../../statistics.js";

/** How often something was right. */
export interface Rate {
  readonly right: number;
  readonly files: number;
  /** `right / files`; null without files. */
  readonly rate: number | null;
  /** Two-sided 95 % Wilson interval of the rate; 0 to 1 without files. */
  readonly low: number;
  readonly high: number;
}

export function rateOf(right: number, files: number): Rate {
  return {
    right,
    files,
    rate: files === 0 ? null : right / files,
    low: wilsonCiLower(right, files),
    high: 1 - wilsonCiLower(files - right, files),
  };
}
