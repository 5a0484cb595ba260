import type { Agent, AgentId, AgentPolicy, Me, PersonId, Role, SiteId } from "@caretaker/protocol";
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MirrorProvider } from "../../live/hooks.tsx";
import { Mirror } from "../../live/mirror.ts";
import { createQueryClient } from "../../live/queries.ts";
import { AT, FakeLine, id, renderInApp } from "../../test-helpers.tsx";
import { meQuery } from "../session.ts";
import { AgentPanel } from "./AgentPanel.tsx";

const SITE = id<SiteId>(1);
const AGENT = id<AgentId>(70);
const CODE = "0123-4567-89AB-CDEF-GHJK-MNPQ-RS";
const POLICY: AgentPolicy = {
  hubAlone: "quiet",
  stoppedAt: null,
  stoppedBy: null,
  isConfirmed: true,
  places: [
    { host: "192.168.1.20", port: 8123, connector: "home-assistant", allowed: "allowed" },
    { host: "192.168.1.9", port: 22, connector: "crestron", allowed: "asked" },
  ],
};

function buildAgent(changes: Partial<Agent> = {}): Agent {
  return {
    id: AGENT,
    siteId: SITE,
    fingerprint: "K7QM-24TB-X0ZD",
    state: "online",
    version: "0.1.0",
    pairedAt: AT,
    confirmedAt: AT,
    lastSeenAt: AT,
    endedAt: null,
    roundTrip: 14,
    frozenWhy: null,
    lostLines: 3,
    policy: POLICY,
    ...changes,
  };
}

/** A hub behind `fetch` with one agent or none, that remembers what it was told. */
let agent: Agent | null;
let expiresAt: string;
let line: FakeLine;
let told: { path: string; body: Record<string, unknown> }[];

beforeEach(() => {
  [agent, told] = [null, []];
  line = new FakeLine();
  expiresAt = new Date(Date.now() + 900_000).toISOString();
  vi.stubGlobal("fetch", async (url: string, request: RequestInit = {}): Promise<Response> => {
    const path = new URL(url, "http://hub.test").pathname.replace("/api/v1", "");
    if (request.method === undefined || request.method === "GET") return Response.json({ agent });
    told.push({ path, body: JSON.parse(String(request.body)) as Record<string, unknown> });
    if (path.endsWith("/pairing"))
      return Response.json({ code: CODE, link: `https://care.example.com/agent#${CODE}`, expiresAt }, { status: 201 });
    return Response.json({ agent });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(role: Role = "senior"): void {
  const queries = createQueryClient();
  const person = { id: id<PersonId>(80), name: "Bo", email: "bo@firm.example", role };
  queries.setQueryData(meQuery.queryKey, { person, factorAt: new Date().toISOString() } as unknown as Me);
  renderInApp(
    <MirrorProvider mirror={new Mirror(line)}>
      <QueryClientProvider client={queries}>
        <AgentPanel siteId={SITE} />
      </QueryClientProvider>
    </MirrorProvider>,
  );
}

const button = (name: string) => screen.findByRole("button", { name }, { timeout: 5000 });

describe("the agent in a home", () => {
  it("is paired by a code that is made when it is asked for, and then by a fingerprint that two people compare", async () => {
    open();
    fireEvent.click(await button("Pair an agent"));
    fireEvent.click(await button("Make a code"));

    expect(await screen.findByText(CODE)).toBeTruthy();
    expect(screen.getByRole("img", { name: /picture to scan/ })).toBeTruthy();
    expect(screen.getByText("https://care.example.com")).toBeTruthy();
    expect(screen.getByText("Waiting for the agent…")).toBeTruthy();
    expect(told).toEqual([{ path: `/sites/${SITE}/agent/pairing`, body: {} }]);

    agent = buildAgent({ state: "waiting_for_home", confirmedAt: null, policy: null });
    const dialog = await screen.findByRole("dialog");
    const shown = await within(dialog).findByRole("status", { name: "Fingerprint" }, { timeout: 5000 });
    expect(shown.textContent).toBe("K7QM-24TB-X0ZD");
    expect(screen.queryByText(CODE)).toBeNull();
  });

  it("shows no code that has run out", async () => {
    expiresAt = new Date(Date.now() - 2000).toISOString();
    open();
    fireEvent.click(await button("Pair an agent"));
    fireEvent.click(await button("Make a code"));

    expect(await screen.findByText("The code has run out.")).toBeTruthy();
    expect(screen.queryByText(CODE)).toBeNull();
    expect(await button("Make another code")).toBeTruthy();
  });

  it("says how it is reached and what its home allows, place by place", async () => {
    agent = buildAgent();
    open();

    expect(await screen.findByText("Connected")).toBeTruthy();
    expect(screen.getByText("14 ms")).toBeTruthy();
    expect(screen.getByText("Lines lost in 24 h").nextSibling?.textContent).toBe("3");
    expect(screen.getByText("see, diagnose, and fixes that nobody feels")).toBeTruthy();
    const places = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
    expect(places).toEqual(["192.168.1.20:8123Allowed", "192.168.1.9:22The home has not answered yet"]);
    expect(screen.queryByText("The household has stopped everything")).toBeNull();
    expect(screen.queryByRole("button", { name: "Pair an agent" })).toBeNull();
  });

  it("says before all else that the household has stopped everything", async () => {
    agent = buildAgent({ policy: { ...POLICY, stoppedAt: AT, stoppedBy: "switch" } });
    open();

    const notice = await screen.findByText("The household has stopped everything");
    const fact = screen.getByText("Version");
    expect(notice.compareDocumentPosition(fact) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  });

  it("looks again at once when the hub says that it changed, and not for another home's", async () => {
    agent = buildAgent();
    open();
    expect(await screen.findByText("Connected")).toBeTruthy();
    agent = buildAgent({ state: "away", roundTrip: null });

    line.say("agent.changed", { siteId: id<SiteId>(2) });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(screen.queryByText("Not connected")).toBeNull();
    line.say("agent.changed", { siteId: SITE });

    expect(await screen.findByText("Not connected")).toBeTruthy();
  });

  it("is ended with a reason", async () => {
    agent = buildAgent();
    open();
    fireEvent.click(await button("End the agent"));
    const dialog = await screen.findByRole("dialog");
    fireEvent.change(within(dialog).getByLabelText(/^Why/), { target: { value: "They moved" } });
    fireEvent.click(within(dialog).getByRole("button", { name: "End the agent" }));

    await vi.waitFor(() => expect(told).toEqual([{ path: `/agents/${AGENT}/end`, body: { reason: "They moved" } }]));
  });

  it("that is frozen is let in by those who review, and by nobody else", async () => {
    agent = buildAgent({ state: "frozen", frozenWhy: "The box was stolen" });
    open("technician");
    await screen.findByText(/^The box was stolen\. Find out what happened/);
    expect(screen.queryByRole("button", { name: "Freeze" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Let it in again" })).toBeNull();
    cleanup();

    open("senior");
    fireEvent.click(await button("Let it in again"));
    const dialog = await screen.findByRole("dialog");
    fireEvent.change(within(dialog).getByLabelText(/^Why/), { target: { value: "A copy was off" } });
    fireEvent.click(within(dialog).getByRole("button", { name: "Let it in again" }));

    await vi.waitFor(() =>
      expect(told).toEqual([{ path: `/agents/${AGENT}/unfreeze`, body: { reason: "A copy was off" } }]),
    );
  });

  it("is frozen with a reason, by every technician", async () => {
    agent = buildAgent();
    open("technician");
    fireEvent.click(await button("Freeze"));
    const dialog = await screen.findByRole("dialog");
    fireEvent.change(within(dialog).getByLabelText(/^Why/), { target: { value: "The box was stolen" } });
    fireEvent.click(within(dialog).getByRole("button", { name: "Freeze" }));

    await vi.waitFor(() =>
      expect(told).toEqual([{ path: `/agents/${AGENT}/freeze`, body: { reason: "The box was stolen" } }]),
    );
  });

  it("is only looked at by a dispatcher", async () => {
    open("dispatcher");

    expect(await screen.findByText(/dials out to this hub/)).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });
});
