import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { createLog } from "../log.ts";
import { createAuth } from "./auth.ts";
import { addPerson } from "./people.ts";

const PERSON = { name: "Robin", email: "robin@example.com", password: "correct horse battery" };

describe("the time of a session", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await testDatabase();
    await transaction(test.db, (trx) => addPerson(trx, { ...PERSON, role: "principal" }));
  });
  afterEach(() => test?.drop());

  async function signIn() {
    const log = createLog("error", { write() {} });
    const firm = { publicUrl: "http://localhost:4400", firmName: "Bright Homes" };
    const auth = createAuth({ db: test.db, log, secret: "a secret for this test alone, and long", ...firm });
    const { headers } = await auth.api.signInEmail({ body: PERSON, returnHeaders: true });
    const cookie = headers
      .getSetCookie()
      .map((one) => one.split(";")[0])
      .join("; ");
    return () => auth.api.getSession({ headers: new Headers({ cookie }) });
  }
  const endIn = async (seconds: number): Promise<Date> => {
    const expiresAt = new Date(Date.now() + seconds * 1000);
    await test.db.updateTable("browserSession").set({ expiresAt }).execute();
    return expiresAt;
  };

  it("is longer for whoever uses it", async () => {
    const look = await signIn();
    const before = await endIn(3600);

    await look();

    const { expiresAt } = await test.db.selectFrom("browserSession").select("expiresAt").executeTakeFirstOrThrow();
    expect(Date.parse(expiresAt)).toBeGreaterThan(before.getTime() + 3600_000);
  });

  it("is over when it is over", async () => {
    const look = await signIn();
    expect(await look()).not.toBeNull();

    await endIn(-1);

    expect(await look()).toBeNull();
  });
});
