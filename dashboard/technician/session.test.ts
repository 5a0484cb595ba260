import type { Me, OperationName, Role } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { AT, id } from "../test-helpers.tsx";
import { DESTINATIONS } from "./navigation.ts";
import { refusalOf } from "./session.ts";

function me(role: Role): Me {
  return {
    person: {
      id: id(70),
      name: "Robin",
      email: "robin@example.com",
      role,
      hasSecondFactor: true,
      disabledAt: null,
      createdAt: AT,
      lastSeenAt: AT,
    },
    firm: { name: "Bright Homes", timeZone: "Europe/Amsterdam", country: "NL", isDemo: false },
    mail: "smtp",
    version: "0.1.0",
    factorAt: AT,
  };
}

describe("buttons by role", () => {
  it.each<readonly [Role, OperationName, boolean]>([
    ["technician", "run.start", true],
    ["dispatcher", "run.start", false],
    ["dispatcher", "site.create", true],
    ["technician", "person.invite", false],
    ["principal", "person.invite", true],
    ["senior", "site.remove", true],
    ["technician", "site.remove", false],
  ])("a %s and %s: %s", (role, name, may) => {
    expect(refusalOf(me(role), name) === null).toBe(may);
  });

  it("shows a button that needs a fresh second factor: it is asked for when pressed", () => {
    expect(refusalOf(me("principal"), "key.create")).toBeNull();
  });

  it("leaves out the pages that a role cannot read", () => {
    const pages = (role: Role): string[] =>
      DESTINATIONS.filter(({ needs }) => refusalOf(me(role), needs) === null).map(({ to }) => to);

    expect(pages("principal")).toContain("/keys");
    expect(pages("technician")).not.toContain("/keys");
    expect(pages("dispatcher")).not.toContain("/ledger");
  });
});
