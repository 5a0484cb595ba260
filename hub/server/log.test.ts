import { CaretakerError, Secret } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { createLog, withLogFields } from "./log.ts";

function collect() {
  const lines: Record<string, unknown>[] = [];
  const log = createLog("info", { write: (line) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

describe("the log", () => {
  it("puts the request and the run on every line, however deep", async () => {
    const { log, lines } = collect();

    await withLogFields({ requestId: "r1" }, async () => {
      await Promise.resolve();
      withLogFields({ runId: "run1" }, () => log.info({ step: "check" }, "A step began."));
    });
    log.info({}, "Afterwards.");

    expect(lines[0]).toMatchObject({
      level: "info",
      message: "A step began.",
      requestId: "r1",
      runId: "run1",
      step: "check",
    });
    expect(lines[1]).not.toHaveProperty("requestId");
  });

  it("tells an error with its code and its causes", () => {
    const { log, lines } = collect();
    const error = new CaretakerError("gateway_lost", "The gateway is gone.", {
      cause: new Error("socket hang up"),
      meta: { port: 1 },
    });

    log.error({ error }, "A run stopped.");

    expect(lines[0]?.error).toMatchObject({
      code: "gateway_lost",
      message: "The gateway is gone.",
      meta: { port: 1 },
      cause: { message: "socket hang up" },
    });
  });

  it("never shows a secret", () => {
    const { log, lines } = collect();

    log.info({ token: new Secret("hunter2"), nested: { token: new Secret("hunter2") } }, "Something.");

    expect(JSON.stringify(lines)).not.toContain("hunter2");
    expect(lines[0]?.token).toBe("[secret]");
  });
});
