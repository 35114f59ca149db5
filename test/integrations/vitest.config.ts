import { join } from "node:path";
import { defineConfig } from "vitest/config";

const installed = (path: string) => join(import.meta.dirname, "node_modules", path);

export default defineConfig({
  // The library lies outside of this folder: what it loads of a framework is the one that is installed here.
  resolve: { alias: { "@langchain/core/messages": installed("@langchain/core/dist/messages/index.js") } },
  test: { root: import.meta.dirname, include: ["**/*.test.ts"], exclude: ["node_modules"], testTimeout: 60_000 },
});
