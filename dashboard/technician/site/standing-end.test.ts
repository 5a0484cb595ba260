import type { Site } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { isCovered } from "../runs/consent-need.ts";
import { standingEnd } from "./standing-end.ts";

const END = "2027-03-31T22:00:00.000Z";
const at = (moment: string): number => Date.parse(moment);
const site = (until: string | null): Pick<Site, "scopes"> => ({
  scopes: [
    {
      scope: "fix",
      givenAt: "2026-04-01T08:00:00.000Z",
      givenBy: "Mrs Lee",
      evidence: "contract",
      evidenceNote: null,
      reviewAt: "2027-04-01T08:00:00.000Z",
      until,
    },
  ],
});

describe("the end of what is allowed for good", () => {
  it("is said a month before, and once it has come", () => {
    expect(standingEnd(site(END), at("2027-02-01T00:00:00Z"))).toBeNull();
    expect(standingEnd(site(END), at("2027-03-02T00:00:00Z"))).toEqual({ is: "soon", at: END });
    expect(standingEnd(site(END), at(END))).toEqual({ is: "over", at: END });
    expect(standingEnd(site(null), at(END))).toBeNull();
  });

  it("covers no fix any more from that moment on", () => {
    expect(isCovered(site(END), "fix", at(END) - 1)).toBe(true);
    expect(isCovered(site(END), "fix", at(END))).toBe(false);
  });
});
