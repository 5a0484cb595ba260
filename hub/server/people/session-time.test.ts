import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTestDoor, PASSWORD } from "../http/test-door.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let door: Awaited<ReturnType<typeof openTestDoor>>;
let ann: Awaited<ReturnType<typeof door.signIn>>;

beforeEach(async () => {
  door = await openTestDoor();
  ann = await door.signIn("technician");
});

afterEach(() => door.close());

/** As if the session had begun and been used that long ago. */
async function pass(sinceBegun: number, sinceUsed: number): Promise<void> {
  const session = await readSession();
  await door.db
    .updateTable("browserSession")
    .set({
      createdAt: new Date(Date.now() - sinceBegun),
      updatedAt: new Date(Date.now() - sinceUsed),
      expiresAt: new Date(Date.parse(session.expiresAt) - sinceUsed),
    })
    .execute();
}

function readSession() {
  return door.db.selectFrom("browserSession").selectAll().executeTakeFirstOrThrow();
}

const look = async (): Promise<number> => (await ann.fetch("/api/v1/me")).status;
const minutesLeft = async (): Promise<number> =>
  Math.round((Date.parse((await readSession()).expiresAt) - Date.now()) / MINUTE);

describe("the time of a session", () => {
  it("is half an hour for whoever does not use it", async () => {
    expect(await minutesLeft()).toBe(30);
    await pass(29 * MINUTE, 29 * MINUTE);
    expect(await look()).toBe(200);

    await pass(60 * MINUTE, 31 * MINUTE);

    expect(await look()).toBe(401);
    expect(await (await ann.post("/api/auth/two-factor/enable", { password: PASSWORD })).json()).toMatchObject({
      code: "not_signed_in",
    });
  });

  it("is longer for whoever uses it, and twelve hours at most", async () => {
    await pass(HOUR, 20 * MINUTE);
    await look();
    expect(await minutesLeft()).toBe(30);

    await pass(11.75 * HOUR, 20 * MINUTE);
    await look();

    expect(await minutesLeft()).toBe(15);
  });

  it("is not written down again for each of many requests", async () => {
    await pass(HOUR, 20 * MINUTE);
    await look();
    const { updatedAt } = await readSession();

    await look();

    expect((await readSession()).updatedAt).toBe(updatedAt);
  });

  it("is not spent by being idle in a demo, which has one link and nothing to protect", async () => {
    await door.db.updateTable("firm").set({ isDemo: true }).execute();
    await door.db.deleteFrom("browserSession").execute();
    await ann.post("/api/auth/sign-in/email", { email: "technician@example.com", password: PASSWORD });

    expect(await minutesLeft()).toBe(12 * 60);
  });
});

describe("a session that ended", () => {
  const ended = () => door.announced.filter(({ type }) => type === "session.ended");

  it("ends the streams that it opened, when its person signs out", async () => {
    const { id, userId } = await readSession();

    expect((await ann.post("/api/auth/sign-out", {})).status).toBe(200);

    expect(ended()).toEqual([{ type: "session.ended", sessionId: id, personId: userId }]);
    expect(await look()).toBe(401);
  });

  it("ends those of every other browser, when its person takes another password", async () => {
    const { id } = await readSession();
    const elsewhere = door.browser();
    await elsewhere.post("/api/auth/sign-in/email", { email: "technician@example.com", password: PASSWORD });

    const changed = await ann.post("/api/auth/change-password", {
      currentPassword: PASSWORD,
      newPassword: "another horse battery",
    });

    expect(changed.status).toBe(200);
    expect(ended()).toHaveLength(2);
    expect((await elsewhere.fetch("/api/v1/me")).status).toBe(401);
    expect(await look()).toBe(200);
    expect((await readSession()).id).not.toBe(id);
  });
});
