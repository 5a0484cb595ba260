import type { Me, PersonId, Plan, PlanId, SiteId } from "@caretaker/protocol";
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createQueryClient } from "../../live/queries.ts";
import { AT, id, renderInApp } from "../../test-helpers.tsx";
import { meQuery } from "../session.ts";
import { PlanOfHome } from "./PlanOfHome.tsx";

const SITE = id<SiteId>(1);
const BASIC: Plan = {
  id: id<PlanId>(90),
  version: 3,
  name: "Basic",
  raises: [{ capability: "gateway.restart", scope: "disruptive", private: false }],
  homes: 2,
  reason: "As sold",
  setBy: "Ann",
  setAt: AT,
};

/** A hub behind `fetch` with its plans, that remembers what it was told. */
let plans: Plan[];
let planId: PlanId | null;
let told: { path: string; body: Record<string, unknown> }[];

beforeEach(() => {
  // A list scrolls to what is chosen in it, and this browser has no screen to scroll.
  Element.prototype.scrollIntoView = () => {};
  [plans, planId, told] = [[BASIC], BASIC.id, []];
  vi.stubGlobal("fetch", async (url: string, request: RequestInit = {}): Promise<Response> => {
    const path = new URL(url, "http://hub.test").pathname.replace("/api/v1", "");
    if (request.method !== undefined && request.method !== "GET") {
      told.push({ path, body: JSON.parse(String(request.body)) as Record<string, unknown> });
      return Response.json(path.endsWith("/plan") ? { planId: null } : BASIC);
    }
    return Response.json(path === "/plans" ? { items: plans } : { items: [], planId });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(role: "senior" | "technician"): void {
  const queries = createQueryClient();
  const person = { id: id<PersonId>(80), name: "Bo", email: "bo@firm.example", role };
  queries.setQueryData(meQuery.queryKey, { person, factorAt: new Date().toISOString() } as unknown as Me);
  renderInApp(
    <QueryClientProvider client={queries}>
      <PlanOfHome siteId={SITE} />
    </QueryClientProvider>,
  );
}

async function choose(field: HTMLElement, option: string): Promise<void> {
  fireEvent.click(field);
  const options = await screen.findAllByRole("option", { name: option, hidden: true }, { timeout: 5000 });
  fireEvent.click(
    options.find((one) => one.closest("[style*='display: none']") === null) ?? (options[0] as HTMLElement),
  );
}

describe("the plan of a home", () => {
  it("is only read by whoever may not change it", async () => {
    open("technician");

    expect(await screen.findByText("Looked after by: Basic")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("is chosen with a reason", async () => {
    open("senior");
    await choose(await screen.findByRole("combobox", { name: "Looked after by" }), "No plan");
    fireEvent.change(screen.getByLabelText(/^Why/), { target: { value: "Their contract ended" } });
    fireEvent.click(screen.getByRole("button", { name: "Change the plan" }));

    await vi.waitFor(() =>
      expect(told).toEqual([{ path: `/sites/${SITE}/plan`, body: { planId: null, reason: "Their contract ended" } }]),
    );
  });

  it("says how many homes another text of it counts in, and keeps what was not touched", async () => {
    open("senior");
    fireEvent.click(await screen.findByRole("button", { name: "What Basic asks for" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText(/counts at once in 2 homes/)).toBeTruthy();
    await choose(dialog.getByRole("combobox", { name: "Switch off and on" }), "Private");
    fireEvent.change(dialog.getByLabelText(/^Why/), { target: { value: "Heating hangs on some" } });
    fireEvent.click(dialog.getByRole("button", { name: "Save the plan" }));

    await vi.waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]).toMatchObject({
      path: `/plans/${BASIC.id}`,
      body: {
        version: 3,
        name: "Basic",
        reason: "Heating hangs on some",
        raises: [
          { capability: "gateway.restart", scope: "disruptive", private: false },
          { capability: "power.cycle", scope: null, private: true },
        ],
      },
    });
  });
});
