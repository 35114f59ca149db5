// Packs the library, installs the packed file into an empty folder, and uses it there the way a reader would:
// the README's first program runs as pasted, and the command line answers. What the package refers to is in it, and
// few packages come along.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deadReferences } from "./dead-references.js";

/** What `npm pack --json` says. */
interface PackedFile {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/** Five are ours to choose and the others come with them; the native part of SQLite comes once per C library. */
const MOST_PACKAGES = 16;

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "policycache-package-"));

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

function sizeOf(path: string): number {
  const paths = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return paths.reduce((bytes, file) => bytes + statSync(join(file.parentPath, file.name)).size, 0);
}

try {
  run("npx", ["publint", "--strict"], root);
  const packed: readonly [PackedFile] = JSON.parse(
    run("npm", ["pack", "--json", "--silent", "--ignore-scripts", "--pack-destination", folder], root),
  );
  const [{ filename, size, files }] = packed;
  check(
    files.every(({ path }) => !path.includes(".test.")),
    "The package contains test files.",
  );

  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
  run("npm", ["install", "--no-audit", "--no-fund", "--silent", join(folder, filename)], folder);

  const installed = join(folder, "node_modules", "policycache");
  const dead = deadReferences(installed);
  check(dead.length === 0, `What the package refers to is not in it:\n${dead.join("\n")}`);
  const packages = run("npm", ["ls", "--omit=dev", "--all", "--parseable"], folder).trim().split("\n").slice(1);
  check(
    packages.length <= MOST_PACKAGES,
    `Installing brings ${packages.length} packages, more than ${MOST_PACKAGES}:\n${packages.join("\n")}`,
  );

  const readme = readFileSync(join(root, "README.md"), "utf8");
  const program = /```ts\n(?<code>[\s\S]*?)```/.exec(readme)?.groups?.code ?? "";
  const expected = [...program.matchAll(/^\/\/ → (?<line>.*)$/gm)].map((match) => match.groups?.line);
  check(expected.length > 0, "The README's first program states no output.");
  writeFileSync(join(folder, "first-screen.mjs"), program);
  const printed = run("node", ["first-screen.mjs"], folder).trim();
  check(
    printed === expected.join("\n"),
    `The README promises\n${expected.join("\n")}\nand its program prints\n${printed}`,
  );

  const version = run("npx", ["policycache", "--version"], folder).trim();
  check(version === JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version, `Version is ${version}.`);
  console.log(
    `${filename}: ${files.length} files, ${Math.round(size / 1e3)} kB, installs as ${packages.length} packages of ` +
      `${(sizeOf(join(folder, "node_modules")) / 1e6).toFixed(1)} MB, imports and runs.`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
