import { PolicyEntry } from "../cache/policy-entry.js";
import { isKeyText } from "../common/checks.js";
import { joinParts, splitParts } from "../common/joined-parts.js";
import { type ContentLine, requireKnownKey } from "./export-format.js";

type Check = (value: unknown) => boolean;

/** Largest size of any stored number: sums of squares of what can be learned stay below. */
const MAX_STORED = 1e250;
/** Positions of bits that every engine can hold. */
const MAX_BIT = 2 ** 32 - 1;

const isText: Check = (value) => typeof value === "string" && !/\p{Cs}/u.test(value);
const isNumber: Check = (value) => typeof value === "number" && Math.abs(value) <= MAX_STORED;
/** The mark of an index that is complete comes after everything. */
const isScore: Check = (value) => typeof value === "number" && Number.isFinite(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isSize: Check = (value) => typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
const isTime: Check = (value) => isNumber(value) && (value as number) >= 0;
const isBit: Check = (value) => isCount(value) && (value as number) <= MAX_BIT;
const isStreamId: Check = (value) => typeof value === "string" && /^\d{1,15}-\d{1,15}$/.test(value);
const isName: Check = (value) => typeof value === "string" && isKeyText(value);
const isFields: Check = (value) => {
  const isScalar: Check = (part) => isText(part) || isNumber(part) || typeof part === "boolean";
  const isList: Check = (part) => Array.isArray(part) && (part.every(isText) || part.every(isNumber));
  const isField: Check = (part) => isScalar(part) || isList(part);
  return isObject(value) && Object.entries(value).every(([name, part]) => isText(name) && isField(part));
};
const isPending = listOf({ group: isName, consumer: isName, deliveredAtMs: isTime, failures: isCount });
const isGroups = listOf({ name: isName, deliveredId: isStreamId, delivered: isCount });
const isParts = listOf({ shard: isCount, lastId: isStreamId, appended: isCount, length: isCount, groups: isGroups });

/** What the parts of a line may be. */
const PARTS: Readonly<Record<ContentLine["kind"], Readonly<Record<string, Check>>>> = {
  record: { shard: isCount, key: isText, id: isText, fields: isFields },
  score: { shard: isCount, key: isText, member: isText, score: isScore },
  member: { shard: isCount, key: isText, member: isText },
  bits: { shard: isCount, key: isText, positions: (value) => Array.isArray(value) && value.every(isBit) },
  counter: { shard: isCount, key: isText, value: isCount },
  stream: { stream: isText, parts: isParts },
  entry: {
    shard: isCount,
    stream: isText,
    id: isStreamId,
    fields: (value) => value === undefined || isFields(value),
    pending: isPending,
  },
};

/**
 * What is wrong with a line of content; undefined when nothing is. A checksum proves that nothing was changed by accident,
 * and anyone can compute one: what could not have been stored is not taken.
 */
export function faultOf(line: object): string | undefined {
  const kind: unknown = Reflect.get(line, "kind");
  const parts = typeof kind === "string" && Object.hasOwn(PARTS, kind) ? PARTS[kind as ContentLine["kind"]] : undefined;
  if (parts === undefined) return "is of no known kind";
  for (const [name, check] of Object.entries(parts)) if (!check(Reflect.get(line, name))) return `has no valid ${name}`;
  const content = line as ContentLine;
  if (content.kind !== "stream" && content.kind !== "entry") requireKnownKey(content);
  if (content.kind !== "record" && content.kind !== "entry") return undefined;
  return "fields" in content && content.fields !== undefined
    ? faultIn(content.fields, kindOf(content), content.id)
    : undefined;
}

/** First part of the key, or "outcomes" for what the stream of outcomes holds. */
function kindOf(content: ContentLine): string {
  if ("key" in content) return splitParts(content.key)[0] ?? "";
  return content.kind === "entry" && content.stream.includes("outcomes") ? "outcomes" : "";
}

/** Kinds of records whose fields have one meaning; what models declare may have the same names. */
const EVIDENCE_KINDS: ReadonlySet<string> = new Set(["state", "trail", "history", "outcomes"]);
const COUNTS = /(^t|T)rials$|(^s|S)uccesses$|^rewardCount$|^refusals$|^collisions$|^timedOut$|^successRewardCount$/;
/** Open decisions: since when, and two counts. */
const OPEN = /^open(Trials|\d*)$|^served\d+$/;
const JSON_OBJECTS: ReadonlySet<string> = new Set(["stateFeatures", "nextStateFeatures", "actionSpec", "dependsOn"]);
/** JSON as far as they are texts, or lists of texts. */
const MAYBE_JSON: ReadonlySet<string> = new Set(["spec", "specs", "slots", "params"]);

function faultIn(fields: Readonly<Record<string, unknown>>, kind: string, id: string): string | undefined {
  if (kind === "settings" && fields.keys !== undefined)
    return isKeyList(fields.keys) ? undefined : "has no keys as keys";
  if (!EVIDENCE_KINDS.has(kind)) return undefined;
  const isPolicy = id.startsWith(joinParts(PolicyEntry.name, ""));
  for (const name of isPolicy ? PolicyEntry.identity : []) {
    if (!isName(fields[name])) return `is of a policy without ${name}`;
  }
  if (!areBlocks(fields)) return "has blocks that are none";
  for (const [name, value] of Object.entries(fields)) {
    // Recent counts fade; the numbers of an action stand in one list.
    const isSum = name.startsWith("recent") ? (sum: unknown) => isTime(sum) && isSize(sum) : isCount;
    if (OPEN.test(name)) {
      if (!isWaiting(value)) return `has no open decisions as ${name}`;
      continue;
    }
    if (COUNTS.test(name) && !isSum(value)) return `counts ${name} as ${String(value)}`;
    const isMissing = value === "" && isPolicy;
    if (JSON_OBJECTS.has(name) && (isMissing || !isJsonObject(value))) return `has no JSON object as ${name}`;
    const texts = MAYBE_JSON.has(name) ? [value].flat().filter((text) => typeof text === "string") : [];
    const isEmptySpec = name === "specs" && texts.includes("");
    if (isEmptySpec || !texts.every(isJsonObject)) return `has no JSON object in ${name}`;
    if (name === "slots" && !texts.every(areSlots)) return "has slots that say not where they are filled from";
    if (/^(action|coins)\d+$/.test(name) && !(Array.isArray(value) && value.every(isSize)))
      return `has no numbers as ${name}`;
    const trials = name.replace(/uccesses$/, "").replace(/(s|S)$/, (first) => (first === "s" ? "trials" : "Trials"));
    if (!/(^s|S)uccesses$/.test(name) || typeof value !== "number") continue;
    const made = fields[trials] ?? 0;
    if (typeof made === "number" && value > made) return `has more ${name} than ${trials}`;
  }
  return undefined;
}

function isWaiting(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 && isTime(value[0]) && isCount(value[1]) && isCount(value[2]);
}

/** Lists with one place for each block, or none at all. */
function areBlocks(fields: Readonly<Record<string, unknown>>): boolean {
  const parts = [fields.blockedSpecs, fields.blockedReasons, fields.blockedUntil, fields.blockedAt];
  if (parts.every((part) => part === undefined)) return true;
  const [specs, reasons, untils, times] = parts.map((part) => (Array.isArray(part) ? part : []));
  const areAlike = [reasons, untils, times].every((part) => part?.length === specs?.length);
  const areTexts = [specs, reasons].flat().every((text) => typeof text === "string");
  return (
    areAlike &&
    specs !== undefined &&
    specs.length > 0 &&
    areTexts &&
    specs.every(isJsonObject) &&
    [untils, times].flat().every(isTime)
  );
}

/** What decision ids are sealed with: 32 bytes each. */
function isKeyList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((key) => /^[\w-]{43}$/.test(String(key)));
}

function areSlots(text: string): boolean {
  const isSlot = (slot: unknown) => isObject(slot) && typeof slot.from === "string" && typeof slot.type === "string";
  return text === "" || Object.values(JSON.parse(text)).every(isSlot);
}

function isJsonObject(value: unknown): boolean {
  if (value === "" || value === undefined) return true;
  try {
    return typeof value === "string" && isObject(JSON.parse(value));
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(parts: Readonly<Record<string, Check>>): Check {
  const isItem: Check = (item) =>
    isObject(item) && Object.entries(parts).every(([name, check]) => check(Reflect.get(item, name)));
  return (value) => Array.isArray(value) && value.every(isItem);
}
