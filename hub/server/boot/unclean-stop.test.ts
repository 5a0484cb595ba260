import { expect, it, vi } from "vitest";
import { testDatabase } from "../db/test-database.ts";
import { dealWithUncleanStop } from "./unclean-stop.ts";

it("makes what was allowed once void, and says in the log how much that was", async () => {
  const test = await testDatabase();
  const voidGrants = vi.fn(async () => 2);
  const warn = vi.fn();

  await dealWithUncleanStop({ db: test.db, consent: { voidGrants }, log: { warn } });
  await test.drop();

  expect(voidGrants).toHaveBeenCalledWith(expect.objectContaining({ isTransaction: true }), {
    end: "hub_went_down",
    why: expect.stringContaining("went down"),
    now: expect.any(Date),
  });
  expect(warn).toHaveBeenCalledWith({ grants: 2 }, expect.stringContaining("void"));
});
