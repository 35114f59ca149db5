import { hash } from "node:crypto";
import { checkArray, checkPlainObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { copyOfParts } from "../../common/given/parts.js";
import { RecentMap } from "../../common/maps/recent-map.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { canonicalJson, canonicalJsonOfObject } from "./canonical-json.js";

/** What of the features decides the fingerprint. */
export interface FingerprintOptions {
  /** Top-level keys that decide the fingerprint, all of them present; order and repeats do not matter. Default: all. */
  readonly includeFields?: readonly string[] | undefined;
  /** Adds the key `__hour_bucket__`, so that a fingerprint holds for one UTC hour. Default: false. */
  readonly includeTimestamp?: boolean | undefined;
  /** Unix seconds; required with `includeTimestamp` and without effect otherwise. */
  readonly nowSeconds?: number | undefined;
}

const OPTION_NAMES = namesOf<FingerprintOptions>({ includeFields: true, includeTimestamp: true, nowSeconds: true });

const FINGERPRINT_CHARACTERS = 16;
const HOUR_BUCKET_KEY = "__hour_bucket__";
const SECONDS_PER_HOUR = 3_600;

/**
 * Fingerprint of a state: the first 64 bits of the SHA-256 of its {@link canonicalJson} text. Equal features give equal
 * fingerprints whatever their key order; the key is the same that the Python original computes, numbers that the two
 * languages print differently apart (1.0, exponents).
 *
 * @param features - plain object of JSON values
 * @param path - the caller's own word for `features`, with which messages begin
 * @returns 16 lower-case hexadecimal characters
 * @throws {@link InvalidArgumentError} naming the place, for instance `state.a.b[2]`, that is not a JSON value, the
 *   included field that is absent, or `nowSeconds` when it is needed and missing
 */
export function computeFingerprint(features: object, options: FingerprintOptions = {}, path = "features"): string {
  if (typeof options !== "object" || options === null) throw new InvalidArgumentError("options", options, "an object");
  const { includeFields, includeTimestamp = false, nowSeconds } = refuseUnknownNames(options, OPTION_NAMES);
  if (includeFields === undefined && !includeTimestamp) {
    return fingerprintOfCanonical(canonicalJsonOfObject(features, path));
  }

  const given = copyOfParts(path, checkPlainObject(path, features));
  const selected = includeFields === undefined ? given : selectFields(given, includeFields, path);
  if (includeTimestamp) selected[HOUR_BUCKET_KEY] = hourBucket(nowSeconds);
  return fingerprintOfCanonical(canonicalJson(selected, path));
}

/** The fingerprint of a text that {@link canonicalJson} made. */
export function fingerprintOfCanonical(canonical: string): string {
  return hashOf(canonical).fingerprint;
}

/**
 * What tells states with one fingerprint apart: 128 further bits of the same SHA-256.
 *
 * @param canonical - a text that {@link canonicalJson} made
 * @returns 22 characters of base64url
 */
export function digestOfCanonical(canonical: string): string {
  return hashOf(canonical).digest;
}

interface HashedText {
  readonly fingerprint: string;
  readonly digest: string;
}

function hashOf(canonical: string): HashedText {
  const known = recent.get(canonical);
  if (known !== undefined) return known;
  const bits = hash("sha256", canonical, "hex");
  const digest = bits.slice(FINGERPRINT_CHARACTERS, FINGERPRINT_CHARACTERS + DIGEST_CHARACTERS);
  const hashed = {
    fingerprint: bits.slice(0, FINGERPRINT_CHARACTERS),
    digest: Buffer.from(digest, "hex").toString("base64url"),
  };
  if (canonical.length <= LONGEST_REMEMBERED) recent.set(canonical, hashed);
  return hashed;
}

/** Hexadecimal ones, of the hash. */
const DIGEST_CHARACTERS = 32;

/** The same states come again and again, and finding a text takes a fifth of hashing it. */
const recent = new RecentMap<string, HashedText>(10_000);
const LONGEST_REMEMBERED = 500;

/** Without a prototype, `__proto__` is a key like any other. */
function emptyRecord(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function selectFields(
  features: Record<string, unknown>,
  includeFields: readonly string[],
  path: string,
): Record<string, unknown> {
  const selected = emptyRecord();
  checkArray<unknown>("includeFields", includeFields).forEach((field, index) => {
    if (typeof field !== "string" || !Object.hasOwn(features, field)) {
      throw new InvalidArgumentError(`includeFields[${index}]`, field, `a top-level key of ${path}`);
    }
    if (!Object.hasOwn(selected, field)) selected[field] = features[field];
  });
  return selected;
}

function hourBucket(nowSeconds: number | undefined): number {
  if (nowSeconds === undefined || !Number.isFinite(nowSeconds)) {
    throw new InvalidArgumentError("nowSeconds", nowSeconds, "Unix seconds, as includeTimestamp is set");
  }
  return Math.floor(nowSeconds / SECONDS_PER_HOUR);
}
