import { type Abortable, checkSignal } from "../../common/abort.js";
import { checkNumber, checkObject } from "../../common/checks.js";
import { LONGEST_TIMER_MS } from "../../common/timing.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";

/** How long to look. */
export interface HealthOptions extends Abortable {
  /** What has not answered by then is told as that. 1 to 2^31 - 1, default 5000. */
  readonly timeoutMs?: number | undefined;
}

const OPTION_NAMES = namesOf<HealthOptions>({ timeoutMs: true, signal: true });
const DEFAULT_TIMEOUT_MS = 5000;

/** @throws {@link InvalidArgumentError} naming the option that is wrong */
export function checkHealthOptions(options: HealthOptions): Abortable & { readonly timeoutMs: number } {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  checkSignal(signal);
  const accepts = (given: number) => given >= 1 && given <= LONGEST_TIMER_MS;
  return {
    timeoutMs: checkNumber("timeoutMs", timeoutMs, accepts, `milliseconds from 1 to ${LONGEST_TIMER_MS}`),
    signal,
  };
}
