#!/usr/bin/env node
import { EXIT_FAILURE } from "./output/cli-error.js";
import { runProgram } from "./program.js";

// A reader that has seen enough, such as `head`, is no failure. A full disk behind stdout is one.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  process.stderr.write(`policycache: cannot write to stdout: ${error.message}\n`);
  process.exit(EXIT_FAILURE);
});
process.stderr.on("error", () => undefined);

process.exitCode = await runProgram(process.argv.slice(2));
