import type { Approval, Me, Role } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { AT, id } from "../../test-helpers.tsx";
import { mayAnswer } from "./answers.ts";

const NOW = Date.parse(AT);
const HOUR = 3_600_000;

const wish = (changes: Partial<Approval> = {}): Approval => ({
  id: id(90),
  kind: "freeze.lift",
  subject: "firm:firm",
  title: "Lift the freeze of the whole firm",
  details: {},
  siteIds: [],
  reason: "The make has mended it",
  digest: "d".repeat(64),
  status: "waiting",
  requestedBy: "Robin",
  requestedById: id(70),
  requestedAt: AT,
  expiresAt: AT,
  isAlone: false,
  notBefore: null,
  answeredBy: null,
  answeredAt: null,
  answerReason: null,
  ...changes,
});

const somebody = (number: number, role: Role): Pick<Me, "person"> => ({
  person: {
    id: id(number),
    name: "Sam",
    email: "sam@example.com",
    role,
    hasSecondFactor: true,
    disabledAt: null,
    createdAt: AT,
    lastSeenAt: AT,
  },
});

describe("what waits for a second person", () => {
  it.each<readonly [Role, string]>([
    ["principal", "approve"],
    ["senior", "approve"],
    ["technician", "look"],
    ["dispatcher", "look"],
  ])("can be answered by another %s: %s", (role, may) => {
    expect(mayAnswer(wish(), somebody(71, role), NOW)).toBe(may);
  });

  it("is never approved by whoever asked for it, or for whom a key asked", () => {
    expect(mayAnswer(wish(), somebody(70, "principal"), NOW)).toBe("own");
  });

  it("is approved by nobody when nobody knows who asked", () => {
    expect(mayAnswer(wish({ requestedById: null }), somebody(71, "principal"), NOW)).toBe("look");
  });

  it("waits an hour in a firm of one, and is then confirmed by the same person", () => {
    const alone = wish({ isAlone: true, notBefore: new Date(NOW + HOUR).toISOString() });

    expect(mayAnswer(alone, somebody(70, "principal"), NOW + HOUR - 1)).toBe("alone_waits");
    expect(mayAnswer(alone, somebody(70, "principal"), NOW + HOUR)).toBe("alone_ready");
  });
});
