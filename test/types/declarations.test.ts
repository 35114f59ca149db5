import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { distFolder } from "../support/child-process.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// The published declarations need nothing but the language: no types of Node, none of the browser.

const PROGRAM = `
import { PolicyCache } from "policycache";
import { evaluatePolicy } from "policycache/evaluation";
import { exportStore } from "policycache/migration";
import { defineModel, keyField, StreamConsumer } from "policycache/models";
import { wilsonCiLower } from "policycache/statistics";
import { runConformance } from "policycache/testing";

interface State { readonly env: "staging" | "production"; readonly lang?: string }
type Action = { type: "deploy"; spec: { percent: number } } | { type: "rollback" };

export async function use(): Promise<number> {
  await using cache = await PolicyCache.open<{ state: State; action: Action }>("memory:", { workers: undefined });
  cache.on("retired", ({ reason }) => reason.length);
  const decision = await cache.decide({ state: { env: "staging" }, agentId: undefined });
  if (decision.kind === "serve" && decision.action.type === "deploy") return decision.action.spec.percent;
  return [evaluatePolicy, exportStore, StreamConsumer, defineModel, keyField, wilsonCiLower, runConformance].length;
}
`;

describe.each([
  ["NodeNext", ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  ["Bundler", ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
])("a program that resolves modules by %s", (_name, module, moduleResolution) => {
  it("compiles against the package with ES2023 alone", () => {
    const folder = temporaryFolder();
    const file = join(folder, "use.ts");
    writeFileSync(file, PROGRAM);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(dirname(distFolder()), join(folder, "node_modules", "policycache"));
    const program = ts.createProgram([file], {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      types: [],
      lib: ["lib.es2023.d.ts"],
      target: ts.ScriptTarget.ES2022,
      module,
      moduleResolution,
    });
    const problems = ts.getPreEmitDiagnostics(program);
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  }, 120_000);
});
