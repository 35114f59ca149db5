import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXPERIMENTS, SUITES } from "../../bench/list.js";
import { filesOf, pathOf } from "../docs/repository-files.js";
import { BENCH_FOLDER, runScript } from "./run-script.js";

const LISTED = [...SUITES, ...EXPERIMENTS];
const NAMES = LISTED.map(({ name }) => name);

const DOCUMENTS = [...filesOf(["docs"], /\.md$/), "README.md", "CONTRIBUTING.md", "bench/README.md"].map((path) => {
  return { path, text: readFileSync(pathOf(path), "utf8") };
});

/** The scripts that a document tells to run: by name, or as suites of `--only`. */
function commandsIn(text: string): readonly string[] {
  const calls = [...text.matchAll(/npm run bench -- (?:--quick )?(?:--only )?(?<names>[\w,-]+)/g)];
  return calls.flatMap((match) => match.groups?.names?.split(",") ?? []).filter((name) => !name.startsWith("-"));
}

describe("the list of benchmarks", () => {
  it("holds every script in the folders of suites and of experiments", () => {
    const scripts = ["suites", "experiments"].flatMap((folder) =>
      readdirSync(join(BENCH_FOLDER, folder), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => `${folder}/${name}`),
    );
    expect(LISTED.map(({ file }) => file).sort()).toEqual(scripts.sort());
  });

  it("holds every script that a document tells to run", () => {
    for (const { path, text } of DOCUMENTS) {
      for (const name of commandsIn(text)) expect(NAMES, path).toContain(name);
    }
  });

  it("says which documents quote a script", () => {
    for (const { name, documents } of LISTED) {
      const quoting = DOCUMENTS.filter(({ path, text }) => path.startsWith("docs") && commandsIn(text).includes(name));
      expect(documents.toSorted(), name).toEqual(quoting.map(({ path }) => path).sort());
    }
  });

  it("and the documents name files of bench that exist", () => {
    for (const { path, text } of DOCUMENTS) {
      for (const [file] of text.matchAll(/\bbench\/[\w/-]+\.\w+/g)) expect(existsSync(pathOf(file)), path).toBe(true);
    }
  });
});

it.each(LISTED)("$name tells its options under its own name", async ({ name, file }) => {
  expect(await runScript(file, "--help")).toContain(`npm run bench -- ${name} [options]`);
});

it("an option that a script does not know is refused", async () => {
  await expect(runScript("experiments/bandits.ts", "--word", "2")).rejects.toMatchObject({ code: 2 });
  await expect(runScript("experiments/bandits.ts", "--worlds", "two")).rejects.toMatchObject({ code: 2 });
});

it("an experiment runs by its name and prints its figures", async () => {
  const printed = await runScript("run.ts", "bandits", "--rounds", "50", "--worlds", "2", "--json");
  const { results } = JSON.parse(printed) as { results: readonly { name: string; curve: readonly unknown[] }[] };
  expect(results.map(({ name }) => name)).toContain("thompson");
  for (const { curve } of results) expect(curve).toHaveLength(50);
}, 60_000);

it("smallest settings run", async () => {
  const printed = await Promise.all([
    runScript("experiments/retirement.ts", "--runs", "1", "--outcomes", "10"),
    runScript("experiments/best-ten.ts", "--records", "100", "--engine", "memory"),
  ]);
  for (const text of printed) expect(text).toMatch(/\d/);
}, 60_000);
