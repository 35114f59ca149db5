import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/integrations/**"], // whose packages are installed apart: npm run test:integrations
    testTimeout: 30_000,
    maxWorkers: "100%", // tests wait for processes and servers more than they compute
    globalSetup: ["test/support/redis/provide-redis-server.ts"],
    typecheck: { enabled: true, include: ["test/**/*.test-d.ts"] },
  },
});
