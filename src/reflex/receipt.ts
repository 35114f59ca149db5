import type { Action } from "../cache/cache-types.js";
import { InvalidArgumentError } from "../common/errors.js";
import { canonicalJson } from "../maths/json/canonical-json.js";

/** What `settle` needs to know, in whatever process it is called. */
export interface Receipt {
  readonly decisionId: string;
  /** What the function chose where the cache would have served something; absent where the decision was carried out. */
  readonly taken?: Action;
}

/** No decision id has it. */
const SEPARATOR = "~";

export function receiptText({ decisionId, taken }: Receipt): string {
  if (taken === undefined) return decisionId;
  return `${decisionId}${SEPARATOR}${Buffer.from(canonicalJson(taken)).toString("base64url")}`;
}

/** @throws {@link InvalidArgumentError} for what no reflex gave out */
export function readReceipt(text: unknown): Receipt {
  if (typeof text !== "string" || text === "") throw new InvalidArgumentError("id", text, EXPECTED);
  const end = text.indexOf(SEPARATOR);
  if (end < 0) return { decisionId: text };
  try {
    const taken = JSON.parse(Buffer.from(text.slice(end + 1), "base64url").toString()) as Action;
    return { decisionId: text.slice(0, end), taken };
  } catch {
    throw new InvalidArgumentError("id", text, EXPECTED);
  }
}

const EXPECTED = "the id of a call of a reflex";
