import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PersonId, SessionId, SiteId } from "@caretaker/protocol";
import { transaction } from "@caretaker/server/db/database.ts";
import { testDatabase } from "@caretaker/server/db/test-database.ts";
import { addPerson } from "@caretaker/server/people/people.ts";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Firm } from "./harness/firm.ts";
import { type HubProcess, startHubProcess } from "./harness/hub-process.ts";

const KIM = { name: "Kim", email: "kim@brighthomes.example", password: "correct horse battery" };
const WITHIN_MILLISECONDS = 1000;

describe("two hubs on one database", () => {
  let firm: Firm;
  let other: HubProcess;
  let data: string;
  let kim: PersonId;
  let siteId: SiteId;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    const database = await testDatabase();
    [firm, data] = await Promise.all([
      Firm.open(database).then((opened) => opened.settle()),
      mkdtemp(join(tmpdir(), "journey-other-")),
    ]);
    kim = (await transaction(firm.db, (trx) => addPerson(trx, { ...KIM, role: "technician" }))) as PersonId;
    const client = await firm.api("client.create", { name: "Lee" });
    ({ id: siteId } = await firm.api("site.create", {
      clientId: client.id,
      name: "Lee house",
      timeZone: "Europe/Amsterdam",
      contacts: [{ name: "Mrs Lee", email: "lee@home.example", role: "owner", verifiedBecause: "She wrote to us" }],
      consent: { scopes: ["diagnose"], evidence: "contract", givenBy: "Mrs Lee" },
    }));
    other = await startHubProcess({
      data,
      databaseUrl: database.url,
      environment: { CARETAKER_KEY_FILE: firm.keyFile },
    });
  });
  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await other?.stop();
    await firm?.close();
    await rm(data, { recursive: true, force: true });
  });

  /** Somebody's stream at the other hub; says why it ended and how long that took from the beginning of `act`. */
  async function endsElsewhere(headers: Record<string, string>, room: object, act: () => Promise<unknown>) {
    const origin: Record<string, string> = headers.cookie === undefined ? {} : { origin: other.url };
    const extraHeaders = { ...headers, ...origin };
    const socket = io(other.url, { transports: ["websocket"], reconnection: false, extraHeaders });
    sockets.push(socket);
    const ended = new Promise<{ reason: string; at: number }>((resolve) => {
      for (const event of ["room.closed", "live.closing"])
        socket.on(event, ({ reason }: { reason: string }) => resolve({ reason, at: performance.now() }));
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("connect_error", reject);
    });
    expect(await socket.timeout(10_000).emitWithAck("watch", room)).toMatchObject({ ok: true });
    const began = performance.now();
    await act();
    const { reason, at } = await ended;
    return { reason, isInTime: at - began < WITHIN_MILLISECONDS };
  }

  /** Kim signs in at a hub, with her second factor; answers the session as a cookie. */
  async function signIn(url: string): Promise<string> {
    await firm.db.updateTable("person").set({ twoFactorEnabled: false }).where("id", "=", kim).execute();
    const answer = await fetch(`${url}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url },
      body: JSON.stringify({ email: KIM.email, password: KIM.password }),
    });
    expect(answer.status).toBe(200);
    await firm.db.updateTable("person").set({ twoFactorEnabled: true }).where("id", "=", kim).execute();
    await firm.db.updateTable("browserSession").set({ factorAt: new Date() }).where("userId", "=", kim).execute();
    return answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(";")[0])
      .join("; ");
  }

  it("end at one what was taken back at the other, within a second", async () => {
    const fleet = { room: "fleet" };
    const key = await firm.asPrincipal("key.create", { name: "Screen", role: "technician" });
    const ofSite = { room: "site", siteId };

    expect({
      site: await endsElsewhere({ authorization: `Bearer ${firm.key}` }, ofSite, () =>
        firm.asPrincipal("site.remove", { siteId, reason: "They moved" }),
      ),
      key: await endsElsewhere({ authorization: `Bearer ${key.key}` }, fleet, () =>
        firm.asPrincipal("key.revoke", { keyId: key.id }),
      ),
      session: await endsElsewhere({ cookie: await signIn(firm.hub.url) }, fleet, async () => {
        const [session] = await firm.db.selectFrom("browserSession").select("id").where("userId", "=", kim).execute();
        await firm.asPrincipal("session.revoke", { sessionId: session?.id as SessionId });
      }),
      person: await endsElsewhere({ cookie: await signIn(other.url) }, fleet, () =>
        firm.asPrincipal("person.disable", { personId: kim }),
      ),
    }).toEqual({
      site: { reason: expect.stringMatching(/^(removed|view_withdrawn)$/), isInTime: true },
      key: { reason: "not_allowed", isInTime: true },
      session: { reason: "signed_out", isInTime: true },
      person: { reason: expect.stringMatching(/^(signed_out|not_allowed)$/), isInTime: true },
    });
  });
});
