import { expect, it } from "vitest";
import { journey } from "./harness/stage.ts";

journey(
  "a home that runs Home Assistant 2024.3",
  (stage) => {
    it("is looked over like any other: what it lacks is not available there, and nothing is called broken for it", async () => {
      const { firm, home } = stage();
      const { siteId } = await firm.addHome(home);

      const run = await firm.api("run.start", {
        siteId,
        runbook: "home-assistant/health-check",
        reason: "The yearly look",
      });
      const ended = await firm.ended(run.id);

      expect(["healthy", "found"]).toContain(ended.outcome);
      const reads = (await firm.events(run.id)).flatMap(({ data }) => (data.kind === "step.read" ? [data] : []));
      expect(reads.find(({ capability }) => capability === "backup.info")).toMatchObject({ result: "unknown" });
      expect(reads.find(({ capability }) => capability === "gateway.info")).toMatchObject({ result: "pass" });
      expect((await firm.events(run.id)).some(({ data }) => data.kind.startsWith("fix."))).toBe(false);
    });
  },
  "2024.3",
);
