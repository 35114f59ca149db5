import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { canonicalJson } from "../../../src/maths/json/canonical-json.js";
import type { JsonObject } from "../../../src/maths/json/json-value.js";
import { type Scalar, valuesIn } from "../../../src/maths/templates/values-in-sight.js";

export const FOLDER = fileURLToPath(new URL("../../../../shared/data/agent-parameters/", import.meta.url));

export const DATA = ["retail", "airline"] as const;
export type DataName = (typeof DATA)[number];

/** Actions whose arguments are free text, which is left out of the data: nobody could serve them. */
const FREE_TEXT = new Set(["respond", "think", "calculate"]);

/** A decision of a real agent. */
export interface Step {
  readonly task: string;
  readonly trial: string;
  readonly state: JsonObject;
  readonly inSight: ReadonlyMap<string, Scalar>;
  readonly type: string;
  readonly spec: JsonObject;
  /** Canonical JSON of it. */
  readonly specText: string;
  readonly isFreeText: boolean;
}

interface Line {
  readonly episodeId: string;
  readonly state: JsonObject;
  readonly params: JsonObject;
  readonly action: { readonly type: string; readonly spec: JsonObject };
}

export function isFreeText(type: string): boolean {
  return FREE_TEXT.has(type);
}

export function readSteps(folder: string, name: DataName): readonly Step[] {
  const file = join(folder, `${name}.events.jsonl.gz`);
  if (!existsSync(file)) throw new Error(`There are no events at ${file}: name their folder with --events.`);
  const lines = gunzipSync(readFileSync(file)).toString("utf8").trim().split("\n");
  return lines.map((text) => {
    const { episodeId, state, params, action } = JSON.parse(text) as Line;
    const [task = "", trial = ""] = episodeId.split("/");
    const { type, spec } = action;
    const specText = canonicalJson(spec);
    return { task, trial, state, inSight: valuesIn(params), type, spec, specText, isFreeText: isFreeText(type) };
  });
}
