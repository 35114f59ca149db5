import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { conformanceCases, runConformance } from "../../src/testing/index.js";
import { certify } from "./examples/certify.js";

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
}

const page = read("../../docs/testing-an-engine.md");
const programs = [...page.matchAll(/```ts\n(?<program>[\s\S]*?)```/g)].map((match) => match.groups?.program ?? "");

/** The program of a test as a reader of the package would write it. */
function asReaderWrites(path: string): string {
  return read(path).replace(/"(\.\.\/)+src\/testing\/index\.js"/, '"policycache/testing"');
}

describe("docs/testing-an-engine.md", () => {
  it("shows the programs that are compiled and run here, word for word", () => {
    expect(programs).toEqual([asReaderWrites("./examples/certify.ts"), asReaderWrites("./describe-conformance.ts")]);
  });

  it("shows a program that certifies an engine of somebody else's, which speaks JSON with its data", async () => {
    await expect(certify()).resolves.toBe(true);
  });

  it("lists every section with its cases, and which of them use an engine", async () => {
    const opened = new Set<string>();
    let running = "";
    for (const { id } of conformanceCases) {
      running = id;
      await runConformance(
        () => {
          opened.add(running);
          return Promise.reject(new Error("not needed to know that it was asked for"));
        },
        { only: [id] },
      );
    }
    const sections = [...new Set(conformanceCases.map(({ section }) => section))];
    const rows = sections.map((section) => {
      const ids = conformanceCases.filter((one) => one.section === section).map(({ id }) => id);
      const range = ids.length === 1 ? ids[0] : `${ids[0]} to ${ids.at(-1)}`;
      return `| ${section} | ${range} | ${describeUse(ids, opened)} |`;
    });
    for (const row of rows) expect(page).toContain(row);
    expect(page).toContain(`the ${conformanceCases.length} numbered behaviours`);
  });
});

function describeUse(ids: readonly string[], opened: ReadonlySet<string>): string {
  const using = ids.filter((id) => opened.has(id));
  const others = ids.filter((id) => !opened.has(id));
  if (using.length === 0) return "no";
  if (others.length === 0) return "yes";
  return others.length === 1 ? `all but ${others[0]}` : using.join(", ");
}
