import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { Constant } from "../../../src/common/tuning/constant.js";
import { CONSTANTS } from "../../../src/common/tuning/constants.js";

// The table of docs/tuning.md, made from the table of the constants: what a constant does is the comment above it.

const SOURCE = fileURLToPath(new URL("../../../src/common/tuning/constants.ts", import.meta.url));

interface Table {
  readonly [name: string]: Constant<unknown> | Table;
}

export function tuningTable(): readonly string[] {
  return ["| constant | default | range | useful | effect |", "|---|---|---|---|---|", ...rowsOf(CONSTANTS, "")];
}

function rowsOf(table: Table, group: string): readonly string[] {
  return Object.entries(table).flatMap(([name, entry]) => {
    const path = `${group}${name}`;
    if (!(entry instanceof Constant)) return rowsOf(entry, `${path}.`);
    const { useful = "", unit, page } = entry.advice;
    const value = unit === undefined ? shown(entry.value) : `${shown(entry.value)} ${unit}`;
    const effect = page === undefined ? effectOf(path) : `${effectOf(path)} See [${page.split(/\.md/)[0]}](${page}).`;
    return [`| \`${path}\` | ${value} | ${rangeInShort(entry.range.expected)} | ${useful} | ${effect} |`];
  });
}

function shown(value: unknown): string {
  if (value === Math.SQRT2) return "√2";
  if (typeof value === "number" && value >= 10_000) return value.toLocaleString("en").replaceAll(",", " ");
  return typeof value === "string" ? `\`"${value}"\`` : String(value);
}

function rangeInShort(expected: string): string {
  return expected
    .replace(/^an? (finite )?number (from )?/, "")
    .replace(/^an integer (from |of )?/, "integer, ")
    .replace("of at least", "at least")
    .replace(/^a finite number$/, "any number")
    .replaceAll(/"\w+"/g, (word) => `\`${word}\``);
}

const effects = new Map<string, string>();

function effectOf(path: string): string {
  if (effects.size === 0)
    collectEffects(ts.createSourceFile(SOURCE, readFileSync(SOURCE, "utf8"), ts.ScriptTarget.ES2022, true), "");
  const effect = effects.get(path);
  if (effect === undefined) throw new Error(`${path} has no comment in ${SOURCE}.`);
  return effect;
}

function collectEffects(node: ts.Node, group: string): void {
  if (!ts.isPropertyAssignment(node)) {
    ts.forEachChild(node, (child) => collectEffects(child, group));
    return;
  }
  const path = `${group}${node.name.getText()}`;
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
  if (comment !== undefined) effects.set(path, (ts.getTextOfJSDocComment(comment) ?? "").replaceAll("\n", " "));
  collectEffects(node.initializer, `${path}.`);
}
