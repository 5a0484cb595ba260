import { defineConfig } from "vitest/config";
import { THROUGH_AGENT } from "./test/journeys/through-agent.ts";
import { ClosingLine } from "./test/kit/closing-line.ts";
import { runsTwice } from "./test/kit/require.ts";

const node = { environment: "node" as const, testTimeout: 20_000, hookTimeout: 60_000 };
const installed = "**/node_modules/**";

const journeys = {
  ...node,
  // Four runs share two cores; see test/kit/run-tests.ts.
  testTimeout: 240_000,
  hookTimeout: 180_000,
  fileParallelism: false,
  isolate: false,
};

export default defineConfig({
  test: {
    // A machine that runs everything at once now and then starves a time-out; what fails three times in a row has failed.
    retry: process.env.CI ? 2 : 0,
    reporters: ["default", new ClosingLine()],
    // What is waited for comes when it comes: a second is short on a busy machine.
    expect: { poll: { timeout: 5000 } },
    // The server for the tests' databases lives as long as this process; see hub/server/db/test-server.ts.
    provide: {
      testRun: { pid: process.pid, ...(process.env.DATABASE_URL ? { databaseUrl: process.env.DATABASE_URL } : {}) },
    },
    projects: [
      { extends: true, test: { ...node, name: "structure", include: ["test/structure/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          ...node,
          name: "unit",
          // Most of these files import most of the hub: each worker does so once. A test leaves nothing behind, in any order.
          isolate: false,
          include: ["hub/**/*.test.ts", "connectors/**/*.test.ts", "test/kit/**/*.test.ts"],
          exclude: [installed],
        },
      },
      {
        extends: true,
        test: { ...node, name: "measure", include: ["test/measure/**/*.test.ts"], testTimeout: 120_000 },
      },
      {
        extends: true,
        test: {
          name: "dashboard",
          environment: "jsdom",
          testTimeout: node.testTimeout,
          include: ["dashboard/**/*.test.{ts,tsx}"],
          exclude: [installed, "**/dist/**"],
        },
      },
      {
        extends: true,
        test: { ...journeys, name: "journeys", include: ["test/journeys/**/*.test.ts"] },
      },
      ...(runsTwice() ? [throughAgent()] : []),
    ],
  },
});

function throughAgent() {
  return {
    extends: true as const,
    test: {
      ...journeys,
      name: "through-agent",
      include: THROUGH_AGENT.map((name) => `test/journeys/${name}.test.ts`),
      env: { CARETAKER_VIA: "agent" },
    },
  };
}
