import { GatewayState, HEALTH, RunOutcome, RunStatus, StepStatus } from "@caretaker/protocol";
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderInApp } from "../test-helpers.tsx";
import { reasonWords } from "../words/reasons.ts";
import { GATEWAY_LOOKS, HEALTH_LOOKS, type Look, OUTCOME_LOOKS, runLook, STEP_LOOKS } from "./looks.ts";
import { Status } from "./Status.tsx";

describe("a state on the screen", () => {
  it.each<readonly [string, readonly string[], Record<string, Look>]>([
    ["health", HEALTH, HEALTH_LOOKS],
    ["gateway state", GatewayState.options, GATEWAY_LOOKS],
    ["outcome", RunOutcome.options, OUTCOME_LOOKS],
    ["step status", StepStatus.options, STEP_LOOKS],
  ])("has a form, a word and a colour for every %s, and no two words are the same", (_what, names, looks) => {
    const shown = names.map((name) => looks[name]);

    expect(shown.every((look) => look && look.icon !== "" && look.word !== "" && look.tone !== ("" as string))).toBe(
      true,
    );
    expect(new Set(shown.map((look) => look?.word)).size).toBe(names.length);
  });

  it("never stands without its reason and its since", () => {
    const since = new Date(Date.now() - 12 * 60_000).toISOString();
    renderInApp(<Status health="offline" reason={{ code: "gateway_unreachable" }} since={since} />);

    expect(screen.getByText("Offline")).toBeTruthy();
    expect(screen.getByText(/The gateway cannot be reached/)).toBeTruthy();
    expect(screen.getByText("12 min")).toBeTruthy();
  });

  it("says a known reason in our words, with its parameters", () => {
    const params = { integration: "Hue bridge", unavailable: 9, others: 1 };

    expect(reasonWords({ code: "integration_silent", params })).toBe(
      "Hue bridge is silent: 9 entities do not answer, and 1 other is ill",
    );
  });

  it("falls back to what was said where a code is not known here", () => {
    expect(reasonWords({ code: "moon_in_the_way", detail: "The moon is in the way" })).toBe("The moon is in the way");
    expect(reasonWords({ code: "moon_in_the_way" })).toBe("moon in the way");
  });

  it("shows a run's uncertain step before its status, and its outcome once it is over", () => {
    const run = { status: "running", outcome: null, hasUncertainStep: true } as const;

    expect(runLook(run).word).toBe("Not certain: look");
    expect(runLook({ ...run, hasUncertainStep: false }).word).toBe("Running");
    expect(runLook({ status: RunStatus.enum.finished, outcome: "fixed", hasUncertainStep: false }).word).toBe("Fixed");
  });
});
