import { checkObject } from "../../../common/checks.js";
import { InvalidArgumentError } from "../../../common/errors.js";
import { namesOf, refuseUnknownNames } from "../../../common/unknown-names.js";

/** How the key of decision ids is replaced. */
export interface RotateKeyOptions {
  /** Refuse all ids given out before, at once: for a key that may have become known. Default: false. */
  readonly revoke?: boolean | undefined;
}

const OPTION_NAMES = namesOf<RotateKeyOptions>({ revoke: true });

/** @throws {@link InvalidArgumentError} naming the option that is wrong */
export function checkRotation(options: RotateKeyOptions): { readonly revoke: boolean } {
  const { revoke = false } = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  if (typeof revoke !== "boolean") throw new InvalidArgumentError("revoke", revoke, "true or false");
  return { revoke };
}
