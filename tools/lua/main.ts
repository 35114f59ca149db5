// Compiles every operation to Lua, for the package.
//
//   npm run scripts:lua              writes the module that the package holds
//   npm run scripts:lua -- --check   fails when that module is not what the sources give

import { compileOperations } from "./library.js";
import { isCurrent, moduleText, writeModule } from "./stages/write.js";

const text = moduleText(compileOperations());
if (!isCurrent(text)) {
  if (process.argv.includes("--check")) {
    process.stderr.write("The compiled operations are older than their sources. Run: npm run scripts:lua\n");
    process.exitCode = 1;
  } else {
    writeModule(text);
  }
}
