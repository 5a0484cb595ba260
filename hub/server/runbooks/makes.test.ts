import { HUB_READS, type HubReadName } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { connectors } from "../gateways/connectors.ts";
import { verdictLines, verdictsOf } from "./verdict.ts";
import type { World } from "./world.ts";

const world: World = { connectors: connectors.map(({ manifest }) => manifest), runbooks: new Map() };
const everyMake = connectors.map(({ manifest }) => manifest.id);

const written = (id: string, steps: string): { file: string; text: string } => ({
  file: `${id}.yaml`,
  text: `id: ${id}\nversion: 1\ntitle: Test\ntell: We look.\nlimit: 10m\nsteps:\n${steps}\n  - end: found\n`,
});
const check = (read: string, field: string): string =>
  `  - check: it\n    read: ${read}\n    expect: { ${field}: { exists: true } }`;
const judged = (...files: { file: string; text: string }[]) => verdictsOf(files, world);

describe("on which makes a runbook can run", () => {
  it.each(Object.keys(HUB_READS) as HubReadName[])("%s is for every make, for the least consent", (read) => {
    const [field = ""] = Object.keys(HUB_READS[read].output.shape);
    const [verdict] = judged(written("looks", check(read, field)));

    expect(verdict?.facts).toMatchObject({ scope: "reach", readsOnly: true });
    expect(verdict?.facts?.makes).toEqual(everyMake.map((connector) => ({ connector, missing: [], without: [] })));
  });

  it("says what the others lack", () => {
    const file = written("looks", check("log.errors", "errors"));
    const [verdict] = judged(file);

    expect(verdict?.facts?.makes).toContainEqual({ connector: "cresnext", missing: ["log.errors"], without: [] });
    expect(verdictLines(verdict as never, file.text).join("\n")).toContain("not on cresnext, which has no log.errors");
  });

  it("runs without a read where its author said what follows when that is not known", () => {
    const more = `${check("log.errors", "errors")}\n    next: { unknown: continue }`;
    const file = written("looks", `${check("gateway.info", "state").replace("check: it", "check: runs")}\n${more}`);
    const [verdict] = judged(file);

    expect(verdict?.facts?.makes).toContainEqual({ connector: "cresnext", missing: [], without: ["log.errors"] });
    expect(verdict?.facts?.makes).toContainEqual({ connector: "crestron", missing: [], without: [] });
    expect(verdictLines(verdict as never, file.text).join("\n")).toContain("runs on cresnext without log.errors");
  });

  it("does not run where nothing that it reads can be read", () => {
    const file = written("looks", `${check("log.errors", "errors")}\n    next: { unknown: continue }`);

    expect(judged(file)[0]?.facts?.makes).toContainEqual({
      connector: "cresnext",
      missing: ["log.errors"],
      without: [],
    });
  });

  it("names the runbook in use that is meant for another make, though this one could do all of it", () => {
    const used = written("control4/looks", check("gateway.info", "state"));
    const uses = written("sums", "  - use: it\n    runbook: control4/looks\n    next: { found: continue }");

    const [, verdict] = judged(used, uses);

    expect(verdict?.facts?.makes).toEqual(
      everyMake.map((connector) => ({
        connector,
        missing: connector === "control4" ? [] : ["control4/looks"],
        without: [],
      })),
    );
  });
});
