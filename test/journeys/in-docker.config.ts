import { defineConfig } from "vitest/config";

/** What needs Docker and the network of the world: `npm run agent:image:check`, and in no other run of the tests. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.docker.ts"],
    environment: "node",
    testTimeout: 120_000,
    hookTimeout: 600_000,
    provide: {
      testRun: { pid: process.pid, ...(process.env.DATABASE_URL ? { databaseUrl: process.env.DATABASE_URL } : {}) },
    },
  },
});
