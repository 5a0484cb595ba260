import type { RunbookId } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { pageOf } from "./page-of.ts";

describe("the page of a runbook", () => {
  it.each([
    ["home-assistant/dead-bridge", { connector: "home-assistant", name: "dead-bridge" }],
    ["firm/ours", { connector: "firm", name: "ours" }],
    ["gateway-offline", { connector: "hub", name: "gateway-offline" }],
  ])("of %s is found by its make, or by the hub where it serves several", (id, page) => {
    expect(pageOf(id as RunbookId)).toEqual(page);
  });
});
