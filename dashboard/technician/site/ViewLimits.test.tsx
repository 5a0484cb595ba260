import type { EntityState, Me, PersonId, Room, RoomId, Site, SiteId, ViewLimit } from "@caretaker/protocol";
import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createQueryClient } from "../../live/queries.ts";
import { AT, buildEntity, id, renderInApp } from "../../test-helpers.tsx";
import { meQuery } from "../session.ts";
import { ViewLimits } from "./ViewLimits.tsx";

const SITE = id<SiteId>(1);
const BEDROOM: Room = { id: id<RoomId>(60), gatewayId: id(20), name: "Bedroom", floor: null };
const ENTITIES: EntityState[] = [
  buildEntity({ kind: "light" }),
  buildEntity({ id: id(51), kind: "sensor", deviceClass: "motion_now" }),
];

const site = {
  id: SITE,
  timeZone: "Europe/Amsterdam",
  contacts: [{ id: id(70), name: "Ada Lee", role: "owner" }],
} as unknown as Site;

function limit(part: Partial<ViewLimit>): ViewLimit {
  const said = {
    evidence: "told_by_phone",
    evidenceNote: "At noon",
    givenBy: "Ada Lee",
    setBy: "Bo",
    setAt: AT,
  } as const;
  return { roomId: null, roomName: null, kind: null, deviceClass: null, ...said, ...part };
}

/** A hub behind `fetch` that leaves out and shows again, and remembers what it was told. */
let limits: ViewLimit[];
let told: { path: string; body: Record<string, unknown> }[];

beforeEach(() => {
  limits = [];
  told = [];
  vi.stubGlobal("fetch", async (url: string, request: RequestInit = {}): Promise<Response> => {
    const path = new URL(url, "http://hub.test").pathname.replace("/api/v1", "");
    if (request.method !== undefined && request.method !== "GET") {
      told.push({ path, body: JSON.parse(String(request.body)) as Record<string, unknown> });
      limits = path.endsWith("/view/widen") ? [] : [limit({ roomId: BEDROOM.id, roomName: BEDROOM.name })];
      return Response.json({ limits });
    }
    if (path.endsWith("/devices")) return Response.json({ rooms: [BEDROOM], integrations: [], devices: [] });
    if (path.endsWith("/entities")) return Response.json({ items: ENTITIES });
    return Response.json({ limits });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(): void {
  const queries = createQueryClient();
  const person = { id: id<PersonId>(80), name: "Bo", email: "bo@firm.example", role: "technician" };
  queries.setQueryData(meQuery.queryKey, { person, factorAt: new Date().toISOString() } as unknown as Me);
  renderInApp(
    <QueryClientProvider client={queries}>
      <ViewLimits site={site} />
    </QueryClientProvider>,
  );
}

async function choose(field: RegExp, option: string): Promise<void> {
  fireEvent.click(screen.getByRole("combobox", { name: field }));
  fireEvent.click(await screen.findByRole("option", { name: option, hidden: true }, { timeout: 5000 }));
}

const dialog = () => screen.findByRole("dialog");

describe("what is left out of what we see", () => {
  it("says that nothing is, and of what is who said so, how, and who wrote it down", async () => {
    open();
    expect(await screen.findByText("Nothing is left out.")).toBeTruthy();
    cleanup();

    limits = [limit({ kind: "light" }), limit({ deviceClass: "motion_now" }), limit({ roomId: BEDROOM.id })];
    open();

    expect(await screen.findByText("A room that is gone")).toBeTruthy();
    expect(screen.getByText("Measured: motion now")).toBeTruthy();
    expect(screen.getAllByText(/Ada Lee.*: At noon · recorded by Bo/)).toHaveLength(3);
  });

  it("is a room that somebody chooses, with the evidence for it, and then stands in the list", {
    timeout: 20_000,
  }, async () => {
    open();
    fireEvent.click(await screen.findByRole("button", { name: "Leave out" }));
    await dialog();
    await screen.findByRole("combobox", { name: /What\?/ });
    await choose(/What\?/, "Bedroom");
    await choose(/How do you know/, "Told by phone");
    fireEvent.click(within(await dialog()).getByRole("button", { name: "Leave out" }));

    expect(await screen.findByRole("button", { name: "See again: Bedroom" })).toBeTruthy();
    expect(told).toMatchObject([
      {
        path: `/sites/${SITE}/view/narrow`,
        body: { rooms: [BEDROOM.id], evidence: "told_by_phone", givenBy: "Ada Lee" },
      },
    ]);
  });

  it("is seen again only once somebody says who allowed it and how", { timeout: 20_000 }, async () => {
    limits = [limit({ roomId: BEDROOM.id, roomName: "Bedroom" })];
    open();
    fireEvent.click(await screen.findByRole("button", { name: "See again: Bedroom" }));
    const box = within(await dialog());
    expect(box.queryByRole("combobox", { name: /What\?/ })).toBeNull();
    fireEvent.click(box.getByRole("button", { name: "See again" }));
    expect(told).toEqual([]);

    await choose(/How do you know/, "Signed form");
    fireEvent.click(box.getByRole("button", { name: "See again" }));

    expect(await screen.findByText("Nothing is left out.")).toBeTruthy();
    expect(told).toMatchObject([
      { path: `/sites/${SITE}/view/widen`, body: { rooms: [BEDROOM.id], kinds: [], classes: [] } },
    ]);
  });
});
