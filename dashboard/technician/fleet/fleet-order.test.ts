import type { SiteId } from "@caretaker/protocol";
import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { buildRow, id } from "../../test-helpers.tsx";
import { isFound, shownSites } from "./fleet-order.ts";
import { useHeldOrder } from "./use-held-order.ts";

const ok = buildRow({ id: id<SiteId>(1), name: "Aster", health: "ok" });
const late = buildRow({ id: id<SiteId>(2), name: "Birch", health: "problem", since: "2026-11-22T17:00:00.000Z" });
const early = buildRow({ id: id<SiteId>(3), name: "Cedar", health: "problem", since: "2026-11-20T17:00:00.000Z" });
const away = buildRow({ id: id<SiteId>(4), name: "Dill", health: "offline" });

const names = (rows: readonly { name: string }[]): string[] => rows.map((row) => row.name);

describe("the order of the fleet", () => {
  it("puts the worst first, and of the equally ill the one that has been so for longest", () => {
    expect(names(shownSites([ok, late, away, early], {}))).toEqual(["Cedar", "Birch", "Dill", "Aster"]);
  });

  it("finds a site by any word of its name, client, town or phone, however the number is written", () => {
    expect(isFound(ok, "aster lee")).toBe(true);
    expect(isFound(ok, "205550123")).toBe(true);
    expect(isFound(ok, "aster rotterdam")).toBe(false);
  });

  it("keeps rows where they are while somebody is in the list, and says how many would move", () => {
    const { result, rerender } = renderHook(({ rows, view }) => useHeldOrder(rows, view), {
      initialProps: { rows: [late, ok], view: "all" },
    });

    act(() => result.current.hold());
    rerender({ rows: [ok, late], view: "all" });
    expect(names(result.current.rows)).toEqual(["Birch", "Aster"]);
    expect(result.current.moved).toBe(2);

    act(() => result.current.refresh());
    expect(names(result.current.rows)).toEqual(["Aster", "Birch"]);

    rerender({ rows: [late, ok], view: "all" });
    act(() => result.current.release());
    expect(names(result.current.rows)).toEqual(["Birch", "Aster"]);
  });

  it("shows what changed in a row that is held, takes in new ones last, and follows a new search at once", () => {
    const { result, rerender } = renderHook(({ rows, view }) => useHeldOrder(rows, view), {
      initialProps: { rows: [late, ok], view: "all" },
    });
    act(() => result.current.hold());

    rerender({ rows: [away, { ...ok, unavailable: 3 }, late], view: "all" });
    expect(names(result.current.rows)).toEqual(["Birch", "Aster", "Dill"]);
    expect(result.current.rows[1]?.unavailable).toBe(3);

    rerender({ rows: [away, ok, late], view: "another search" });
    expect(names(result.current.rows)).toEqual(["Dill", "Aster", "Birch"]);
  });
});
