import { defineConfig } from "vitest/config";

const node = { environment: "node" as const, testTimeout: 20_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { ...node, name: "structure", include: ["test/structure/**/*.test.ts"] } },
      { extends: true, test: { ...node, name: "unit", include: ["hub/**/*.test.ts", "connectors/**/*.test.ts", "test/kit/**/*.test.ts"], exclude: ["**/node_modules/**"] } },
      { extends: true, test: { name: "dashboard", environment: "jsdom", include: ["dashboard/**/*.test.{ts,tsx}"], exclude: ["**/node_modules/**", "**/dist/**"] } },
      { extends: true, test: { ...node, name: "journeys", include: ["test/journeys/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false } },
    ],
  },
});
