import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../db/database.ts";
import { openTestDoor } from "../http/test-door.ts";
import { type ConsentLink, consentHandlers } from "./consent.ts";
import { ASKED_AT, buildHome, createTestConsent, type TestConsent } from "./test-helpers.ts";

let door: Awaited<ReturnType<typeof openTestDoor>>;
let pages: string;
let consent: TestConsent;

beforeEach(async () => {
  pages = await mkdtemp(join(tmpdir(), "pages-"));
  await writeFile(join(pages, "consent.html"), "<!doctype html><title>A question</title>");
  // The consent of the test needs the door's database, and the door its handlers.
  const link: ConsentLink = {
    view: (token) => consent.link.view(token),
    opened: (token) => consent.link.opened(token),
    answer: (given) => consent.link.answer(given),
    stop: (token) => consent.link.stop(token),
    callMe: (token) => consent.link.callMe(token),
  };
  door = await openTestDoor({
    dashboard: pages,
    others: consentHandlers({
      link,
      byPhone: undefined as never,
      questions: undefined as never,
      wishEmergency: undefined as never,
      journal: undefined as never,
    }),
  });
  consent = createTestConsent(door.db);
});
afterEach(async () => {
  await door.close();
  await rm(pages, { recursive: true });
});

const UNKNOWN =
  "This link does not work. Please open the link in the newest message that you have, or call whoever sent it.";
const api = (token: string) => `/api/v1/consent/${token}`;

/** Every row of every table, as one sum for each table. */
async function rowsOf(db: Database): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(db);
  const sums: Record<string, string> = {};
  for (const { name } of rows) {
    const sum = await sql<{ sum: string }>`
      select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum
      from ${sql.table(name)} t`.execute(db);
    sums[name] = sum.rows[0]?.sum ?? "";
  }
  return sums;
}

/** What is said to a POST: its status, code and words. */
async function said(path: string, body: object = {}): Promise<readonly [number, string, string]> {
  const answer = await door.browser().post(path, body);
  const { code, detail } = (await answer.json()) as { code: string; detail: string };
  return [answer.status, code, detail];
}

async function asked() {
  const home = await buildHome(door.db);
  const question = await consent.askAndGetToken(home);
  const { proposalCode } = await consent.link.view(question.token);
  return { ...question, home, proposalCode };
}

describe("a link that programs follow", () => {
  it("changes no row in 1,000 prefetching GETs and HEADs of the page and of what it reads", async () => {
    const { token } = await asked();
    const before = await rowsOf(door.db);
    expect(Object.keys(before)).toContain("consent_request");
    const headers = { purpose: "prefetch", "sec-purpose": "prefetch", "user-agent": "MailScanner" };
    const statuses = new Map<string, number>();

    const follow = async (at: number): Promise<void> => {
      const method = at % 2 === 0 ? "GET" : "HEAD";
      // What the page reads is bounded to 240 a minute for each address, its file is not.
      const path = at % 25 < 6 ? api(token) : `/c/${token}`;
      const { status } = await door.browser().fetch(path, { method, headers });
      statuses.set(`${method} ${status}`, (statuses.get(`${method} ${status}`) ?? 0) + 1);
    };
    for (let at = 0; at < 1000; at += 20) await Promise.all(Array.from({ length: 20 }, (_, next) => follow(at + next)));

    expect(Object.fromEntries(statuses)).toEqual({ "GET 200": 500, "HEAD 200": 500 });
    expect(await rowsOf(door.db)).toEqual(before);
    expect(consent.told).toEqual([]);
  });

  it.each(["opened", "answer", "stop", "call-me"])("has no GET that does what POST …/%s does", async (act) => {
    const { token } = await asked();
    const before = await rowsOf(door.db);

    for (const method of ["GET", "HEAD"]) {
      const { status } = await door.browser().fetch(`${api(token)}/${act}?answer=allow`, { method });
      expect(status).toBe(405);
    }

    expect(await rowsOf(door.db)).toEqual(before);
  });
});

describe("a link that is refused", () => {
  it("says the same of one that never was, was cut short, is too long, of another shape, or too old", async () => {
    const { token, proposalCode } = await asked();
    const wrong = [
      `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`,
      token.slice(0, -1),
      token.slice(0, 5),
      `${token}A`,
      "%20",
      "x".repeat(300),
    ];
    const before = await rowsOf(door.db);

    for (const one of wrong) {
      expect(await said(`${api(one)}/answer`, { answer: "allow", proposalCode })).toEqual([404, "not_found", UNKNOWN]);
      expect(await said(`${api(one)}/stop`)).toEqual([404, "not_found", UNKNOWN]);
      const read = await door.browser().fetch(api(one));
      expect([read.status, ((await read.json()) as { detail: string }).detail]).toEqual([404, UNKNOWN]);
    }
    consent.time.now = new Date(ASKED_AT.getTime() + 60 * 24 * 3_600_000);
    expect(await said(`${api(token)}/answer`, { answer: "allow", proposalCode })).toEqual([404, "not_found", UNKNOWN]);
    expect(await rowsOf(door.db)).toEqual(before);
  });

  it("takes a second answer for nothing, and says no more than that there was one", async () => {
    const { token, proposalCode } = await asked();
    expect((await door.browser().post(`${api(token)}/answer`, { answer: "no", proposalCode })).status).toBe(200);
    const before = await rowsOf(door.db);

    const [status, code, words] = await said(`${api(token)}/answer`, { answer: "allow", proposalCode });

    expect([status, code]).toEqual([409, "already_done"]);
    expect(words).not.toMatch(/Lee|lamp|hall|Canal|Jansen|@|\d/i);
    expect(await rowsOf(door.db)).toEqual(before);
    expect(consent.told).toMatchObject([{ answer: "refused" }]);
  });

  it("takes no answer after its time, nor one to the proposal of another home", async () => {
    const [mine, other] = [await asked(), await asked()];

    const [status, code, words] = await said(`${api(other.token)}/answer`, {
      answer: "allow",
      proposalCode: mine.proposalCode,
    });
    expect([status, code]).toEqual([409, "changed_meanwhile"]);
    expect(words).not.toMatch(/Lee|lamp|hall|Canal|Jansen|@|\d/i);

    consent.time.now = new Date(ASKED_AT.getTime() + 4 * 3_600_000);
    const late = await said(`${api(mine.token)}/answer`, { answer: "allow", proposalCode: mine.proposalCode });
    expect(late.slice(0, 2)).toEqual([410, "gone"]);
    expect(late[2]).not.toMatch(/Lee|lamp|hall|Canal|Jansen|@|\d/i);
    const rows = await door.db.selectFrom("consentRequest").select(["id", "status", "grade"]).execute();
    expect(rows.every(({ status: became, grade }) => became !== "allowed" && grade === null)).toBe(true);
  });
});
