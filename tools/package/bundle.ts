// Writes the JavaScript of the package: each entry that package.json names is one file, and what entries share, or load only
// when needed, lies in chunks. Importing 180 small files takes Node three times as long as running an empty program.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const BUILT = /^\.\/dist\/(?<name>.+)\.js$/;

const published = [
  ...Object.values(manifest.exports).map((target) => (typeof target === "string" ? target : target.default)),
  ...Object.values(manifest.bin),
].flatMap((target) => BUILT.exec(target)?.groups?.name ?? []);

await build({
  absWorkingDir: root,
  entryPoints: [
    ...published.map((name) => ({ in: `src/${name}.ts`, out: name })),
    // The file of a thread lies beside the chunk that starts the thread.
    { in: "src/cli/commands/verify/course-worker.ts", out: "chunks/course-worker" },
  ],
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  packages: "external",
  format: "esm",
  platform: "node",
  target: "node20.19",
  charset: "utf8",
  logLevel: "warning",
});
