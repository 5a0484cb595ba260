import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { buildHome, type TestHome } from "../runs/test-helpers.ts";
import { withoutHidden } from "./hidden-answers.ts";

const SEEN = { power: "on", source: "Night lamp" };

let database: TestDatabase;
let home: TestHome;
let roomId: string;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  home = await buildHome(database.db);
  roomId = newId<string>();
  const room = { id: roomId, gatewayId: home.gatewayId, key: "15", name: "Bedroom" };
  await database.db.insertInto("room").values(room).execute();
  await database.db.updateTable("entity").set({ name: "Night lamp" }).where("id", "=", home.lamp).execute();
});

async function leaveOut(part: { kind?: "light" | "media"; roomId?: string }): Promise<void> {
  const said = { evidence: "contract", givenBy: "Mrs Lee", setBy: "Ann", setAt: new Date() } as const;
  await database.db
    .insertInto("viewLimit")
    .values({ id: newId<string>(), siteId: home.siteId, ...part, ...said })
    .execute();
}

const shown = (room = "15") => {
  const { siteId, gatewayId } = home;
  return withoutHidden(database.db, "room.state", SEEN, { siteId, gatewayId, input: { room }, isOfHidden: false });
};

describe("what picture and sound of a room do", () => {
  it("is shown where nothing is left out", async () => {
    expect(await shown()).toEqual(SEEN);
  });

  it("is missing of a room that is left out, and of one that nobody knows", async () => {
    await leaveOut({ roomId });

    expect(await shown()).toEqual({});
    expect(await shown("16")).toEqual({});
  });

  it("is missing where picture and sound are left out in the whole home", async () => {
    await leaveOut({ kind: "media" });

    expect(await shown()).toEqual({});
  });

  it("is shown without the name of something that is left out itself", async () => {
    await leaveOut({ kind: "light" });

    expect(await shown()).toEqual({ power: "on" });
  });
});
