import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareCalls } from "./call-cost.mjs";
import { fillStore } from "./sample-store.mjs";

const library = await import(process.env.DIST ?? "../dist/index.js");
const policies = Number(process.env.N ?? 5000);
const folder = mkdtempSync(join(tmpdir(), "policycache-bench-"));
const template = join(folder, "template.db");
console.log(await fillStore(library, template, policies, () => {}));
const out = await compareCalls({
  library,
  template,
  folder,
  policies,
  rounds: Number(process.env.R ?? 7),
  callsPerRound: Number(process.env.C ?? 500),
  onProgress() {},
});
for (const o of out)
  console.log(
    o.name.padEnd(30),
    o.callMicroseconds.median.toFixed(1),
    o.bareMicroseconds.median.toFixed(1),
    "ratio",
    o.ratio.median.toFixed(2),
    o.ratio.lowest.toFixed(2),
    o.ratio.highest.toFixed(2),
    "means",
    o.ratioOfMeans.median.toFixed(2),
    "r/w",
    o.readsPerCall,
    o.writesPerCall,
    o.laterMicroseconds?.median.toFixed(1) ?? "",
  );
rmSync(folder, { recursive: true });
