import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { OPERATION_NAMES, type Role, Secret } from "@caretaker/protocol";
import { type Announcement, type AnnouncementType, createAnnouncements } from "../announcements.ts";
import { now, transaction } from "../db/database.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { createLog } from "../log.ts";
import { createAuth } from "../people/auth.ts";
import type { PeopleDeps } from "../people/deps.ts";
import { peopleHandlers } from "../people/handlers.ts";
import { addPerson, knownBy } from "../people/people.ts";
import { sitesHandlers } from "../sites/handlers.ts";
import type { Handlers } from "./handler.ts";
import { createHttp } from "./http.ts";

export const SETUP_TOKEN = "a-setup-token-of-the-test";
export const PASSWORD = "correct horse battery";

/** A browser as far as the door sees it: it keeps cookies and says where its page came from. */
export interface TestBrowser {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  cookies(): string;
}

/** The HTTP door on a real database with real people and sites; what other rooms answer is given by the test. */
export async function openTestDoor(options: { dashboard?: string; others?: Partial<Handlers> } = {}) {
  const database: TestDatabase = await testDatabase();
  const { db } = database;
  const lines: string[] = [];
  const log = createLog("debug", { write: (line) => void lines.push(line) });
  const announced: Announcement[] = [];
  const workEnded: string[] = [];
  const announcements = createAnnouncements((error) => {
    throw error;
  });
  for (const type of ["session.ended", "person.changed", "key.revoked", "message.due"] satisfies AnnouncementType[])
    announcements.on(type, (announcement) => announced.push(announcement));
  let isDemo = false;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const deps: PeopleDeps = {
    db,
    log,
    announcements,
    publicUrl: url,
    version: "0.0.0",
    mail: "outbox",
    isDemo: () => isDemo,
    setup: { token: new Secret(SETUP_TOKEN), expiresAt: new Date((await now(db)).getTime() + 60_000) },
    queueMail: async () => {},
    endWorkOf: async (_trx, { personId }) => {
      workEnded.push(personId);
      return [];
    },
    afterSetup: async (made) => {
      isDemo = made.isDemo;
    },
  };
  const handlers = {
    ...Object.fromEntries(
      OPERATION_NAMES.map((name) => [name, () => Promise.reject(new Error(`nobody answers ${name} in this test`))]),
    ),
    ...peopleHandlers(deps),
    ...sitesHandlers({
      db,
      announcements,
      live: { rows: () => [], site: () => undefined },
      destroySecrets: async () => {},
      cutAgent: () => {},
      keepRemovedSiteDays: 30,
      queueMessage: async () => {},
    }),
    ...options.others,
  } as unknown as Handlers;
  const auth = createAuth({
    db,
    log,
    announcements,
    secret: "a secret of the test that is long enough",
    publicUrl: url,
    firmName: "Test firm",
  });
  const knows = (headers: Headers) => knownBy({ db, auth, isDemo: () => isDemo }, headers);
  const http = createHttp({
    db,
    log,
    handlers,
    auth,
    knownBy: knows,
    publicUrl: url,
    version: "0.0.0",
    dashboard: options.dashboard ?? import.meta.dirname,
    checks: {},
    gauges: {},
  });
  server.on("request", http.app);

  return {
    url,
    db,
    log: lines,
    announced,
    /** People whose work was ended, since they were shut out. */
    workEnded,
    http,
    browser: (): TestBrowser => browser(url),
    /** Somebody of that role who has a second factor, signed in with it just now. */
    signIn: async (role: Role, email = `${role}@example.com`) => {
      const exists = await db.selectFrom("firm").select("id").executeTakeFirst();
      if (exists === undefined)
        await db
          .insertInto("firm")
          .values({
            name: "Test firm",
            phone: null,
            timeZone: "UTC",
            country: "NL",
            language: "en",
            isDemo: false,
            createdAt: new Date(),
          })
          .execute();
      const id = await transaction(db, (trx) => addPerson(trx, { name: role, email, role, password: PASSWORD }));
      const signedIn = browser(url);
      await signedIn.post("/api/auth/sign-in/email", { email, password: PASSWORD });
      await db
        .updateTable("browserSession")
        .set({ factorAt: await now(db) })
        .where("userId", "=", id)
        .execute();
      return { id, ...signedIn };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await database.drop();
    },
  };
}

function browser(url: string): TestBrowser {
  const jar = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (jar.size > 0 && !headers.has("cookie"))
      headers.set("cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    if (init.method !== undefined && init.method !== "GET" && !headers.has("origin")) headers.set("origin", url);
    const answer = await fetch(`${url}${path}`, { ...init, headers, redirect: "manual" });
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      const [name = "", ...value] = pair.split("=");
      jar.set(name, value.join("="));
    }
    return answer;
  };
  return {
    fetch: send,
    post: (path, body, headers = {}) =>
      send(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    cookies: () => [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
  };
}
