import type { ChecklistLine } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { type StartFakePanel, startFakePanel, testPanel } from "./fake-gateway/index.ts";
import { cresnext } from "./index.ts";
import { testContext } from "./test-helpers.ts";

async function check(options: StartFakePanel = {}, change: Record<string, unknown> = {}): Promise<ChecklistLine[]> {
  await using fake = await startFakePanel(options);
  const lines: ChecklistLine[] = [];
  const config = Object.fromEntries(
    Object.entries({ ...fake.config, ...change }).filter(([, value]) => value !== null),
  );
  for await (const line of cresnext.test(config, testContext())) if (line.status !== "running") lines.push(line);
  return lines;
}

describe("the checklist of a panel", () => {
  it("says what was found, line by line", async () => {
    const lines = await check();

    expect(lines.map(({ step, status }) => `${step} ${status}`)).toEqual([
      "name ok",
      "port ok",
      "tls ok",
      "make ok",
      "credentials ok",
      "version ok",
      "first_data ok",
    ]);
    expect(lines.at(-2)?.detail).toBe("TSW-1070, firmware 3.002.1063");
    expect(lines.at(-1)).toMatchObject({ detail: "One control system in its IP table", found: { devices: 2 } });
  });

  it("stops at a certificate that nobody confirmed, and shows it", async () => {
    const last = (await check({}, { pinnedCertificate: null })).at(-1);

    expect(last).toMatchObject({ step: "tls", status: "failed", detail: expect.stringMatching(/self-signed/) });
    expect(last?.certificate?.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}/);
  });

  it("stops at another certificate than the one that was confirmed", async () => {
    const last = (await check({}, { pinnedCertificate: Array(32).fill("AB").join(":") })).at(-1);

    expect(last).toMatchObject({ step: "tls", status: "failed", detail: expect.stringMatching(/not the one/) });
  });

  it.each([
    ["factory new", { isFactoryNew: true }, "make", /factory new/],
    ["something else", { isSomethingElse: true }, "make", /not a Crestron/],
    ["just starting", { bootStatus: 503 }, "make", /starting/],
  ])("says that it is %s", async (_what, knobs, step, detail) => {
    const last = (await check({ knobs })).at(-1);

    expect(last).toMatchObject({ step, status: "failed", detail: expect.stringMatching(detail) });
    expect(last?.next).toMatch(/\w/);
  });

  it("warns where the panel has no control system", async () => {
    const last = (await check({ panel: testPanel({ systems: {} }) })).at(-1);

    expect(last).toMatchObject({ step: "first_data", status: "warning", found: { devices: 1 } });
  });
});
