import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Secret, systemClock } from "@caretaker/protocol";
import { sql } from "kysely";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAnnouncements } from "../announcements.ts";
import { after } from "../consent/clocks.ts";
import { ASKED_AT, buildHome, createTestConsent, type TestConsent, type TestHome } from "../consent/test-helpers.ts";
import { type Database, transaction } from "../db/database.ts";
import { silentLog } from "../db/log.ts";
import { type TestDatabase, testDatabase } from "../db/test-database.ts";
import { listEntries } from "../ledger/read.ts";
import { createWordSealer } from "../secrets/vault.ts";
import { fitOutbox, wipeOldWords } from "./keeping.ts";
import { outboxHandlers } from "./outbox.ts";
import { queueMessage } from "./queue.ts";
import { createSender, type Sender, TRY_AGAIN_AFTER_SECONDS } from "./sender.ts";
import { createSmtpTransport, MailError, type Transport } from "./transport.ts";

const key = randomBytes(32);
const sealer = createWordSealer({ current: () => ({ id: "k-1", key }), get: () => key });

let database: TestDatabase;
let db: Database;
let time: Date;
beforeAll(async () => {
  database = await testDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(async () => {
  time = ASKED_AT;
  await db.deleteFrom("message").execute();
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface TestMailServer {
  readonly url: string;
  readonly letters: string[];
  /** What it answers to the next recipients; undefined takes the letter. */
  refuse: { code: number; message: string } | undefined;
}

/** A real mail server that keeps what it is given. */
async function startMailServer(): Promise<TestMailServer> {
  const letters: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    logger: false,
    onRcptTo(_, __, callback) {
      const { refuse } = state;
      if (refuse === undefined) return callback();
      callback(Object.assign(new Error(refuse.message), { responseCode: refuse.code }));
    },
    onData(stream, _, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        letters.push(Buffer.concat(chunks).toString("utf8"));
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  const state: TestMailServer = { url: `smtp://127.0.0.1:${port}`, letters, refuse: undefined };
  return state;
}

function senderOver(transport: Transport): Sender {
  const sender = createSender({
    db,
    now: async () => time,
    clock: systemClock,
    announcements: createAnnouncements(() => {}),
    sealer,
    transport,
    from: "Caretaker <care@bright.example>",
    log: silentLog,
  });
  closing.push(() => sender.close());
  return sender;
}

const smtp = (url: string): Transport => createSmtpTransport(new Secret(url));

interface Asked {
  readonly home: TestHome;
  readonly consent: TestConsent;
  readonly token: string;
}

/** A question whose message really lies in the outbox. */
async function ask({ canSend = true, isSimulated = false, reminds = false } = {}): Promise<Asked> {
  const home = await buildHome(db, { isSimulated });
  const texts: string[] = [];
  const consent = createTestConsent(db, {
    now: async () => time,
    queueMessage: async (trx, message) => {
      if (message.remindAt !== undefined && !reminds) return;
      consent.messages.push(message);
      texts.push(message.text);
      return queueMessage({ sealer, canSend }, trx, message);
    },
  });
  const { token } = await consent.askAndGetToken(home);
  return { home, consent, token };
}

const messages = () => db.selectFrom("message").selectAll().orderBy("id").execute();

/** The text of a letter, out of its quoted-printable form. */
function readable(letter: string | undefined): string {
  const bytes = (letter ?? "").replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => `%${hex}`);
  return bytes.replace(/(?:%[0-9A-F]{2})+/g, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
}

describe("a message to a homeowner", () => {
  it("leaves as text and as HTML, from the firm, and its words are wiped", async () => {
    const server = await startMailServer();
    const { home, consent, token } = await ask();

    await senderOver(smtp(server.url)).sendDue();

    const letter = readable(server.letters[0]);
    expect(server.letters).toHaveLength(1);
    expect(letter).toContain("From: Bright Homes <care@bright.example>");
    expect(letter).toContain("To: Anna Lee <anna@lee.example>");
    expect(letter).toContain("Subject: Bright Homes would like to put something right in your home");
    expect(letter).toContain("Auto-Submitted: auto-generated");
    expect(letter.match(new RegExp(`https://care.example.org/c/${token}`, "g"))?.length).toBeGreaterThanOrEqual(3);
    expect(letter).toContain("text/plain");
    expect(letter).toContain("text/html");
    expect(await messages()).toMatchObject([
      { status: "sent", sealedBody: null, sentAt: ASKED_AT.toISOString(), error: null, nextTryAt: null },
    ]);
    expect(await consent.ofRun(db, { runId: home.runId, now: time })).toMatchObject([
      { sentAt: ASKED_AT.toISOString(), sentTo: "Anna Lee <anna@lee.example>", notSentBecause: null, messageId: null },
    ]);
    const [entry] = await listEntries(db, { chain: home.siteId, before: undefined, limit: 1 });
    expect(entry).toMatchObject({ event: "message.sent", actor: "hub" });
    expect(JSON.stringify(entry)).not.toContain(token);
  });

  it("lies sealed while it waits: whoever reads the database finds neither link nor words", async () => {
    const { token } = await ask();

    const { rows } = await sql<{ dump: string }>`select to_jsonb(message)::text as dump from message`.execute(db);

    expect(rows[0]?.dump).not.toContain(token);
    expect(rows[0]?.dump).not.toContain("lights in the hall");
  });

  it("is not there when the question was not asked after all", async () => {
    const home = await buildHome(db);

    const failing = transaction(db, async (trx) => {
      const to = { name: "Anna", address: "anna@lee.example" };
      const message = { siteId: home.siteId, requestId: null, to, subject: "", text: "", html: "", now: time };
      await queueMessage({ sealer, canSend: true }, trx, message);
      throw new Error("the run could not wait");
    });

    await expect(failing).rejects.toThrow();
    expect(await messages()).toEqual([]);
  });

  it("is tried again and again while the mail server is away, and says so", async () => {
    const { home, consent } = await ask();
    const away = senderOver(smtp("smtp://127.0.0.1:1"));
    await away.sendDue();
    await away.sendDue();

    expect(await messages()).toMatchObject([
      {
        status: "waiting",
        attempts: 1,
        error: "The mail server cannot be reached.",
        nextTryAt: after(ASKED_AT, 10_000).toISOString(),
      },
    ]);
    const [request] = await consent.ofRun(db, { runId: home.runId, now: time });
    expect(request?.notSentBecause).toBe("The mail server cannot be reached. It is tried again.");

    const server = await startMailServer();
    time = after(ASKED_AT, 10_000);
    await senderOver(smtp(server.url)).sendDue();
    expect(server.letters).toHaveLength(1);
    expect(await messages()).toMatchObject([{ status: "sent", error: null }]);
  });

  it("is given up after the last try, and its words are wiped", async () => {
    await ask();
    let tries = 0;
    const sender = senderOver({
      async send() {
        tries += 1;
        throw new MailError("The mail server is busy.", { permanent: false, cause: undefined });
      },
      close() {},
    });
    await db
      .updateTable("consentRequest")
      .set({ answerBy: after(ASKED_AT, 90 * 24 * 3_600_000) })
      .execute();

    for (const seconds of [0, ...TRY_AGAIN_AFTER_SECONDS]) {
      time = after(time, seconds * 1000);
      await sender.sendDue();
    }

    expect(tries).toBe(TRY_AGAIN_AFTER_SECONDS.length + 1);
    expect(await messages()).toMatchObject([
      { status: "failed", sealedBody: null, nextTryAt: null, error: "The mail server is busy." },
    ]);
  });

  it("is not tried again when the address is refused for good", async () => {
    const server = await startMailServer();
    server.refuse = { code: 550, message: "no such mailbox" };
    const { home, consent } = await ask();

    await senderOver(smtp(server.url)).sendDue();

    expect(await messages()).toMatchObject([{ status: "failed", attempts: 1, sealedBody: null }]);
    const [request] = await consent.ofRun(db, { runId: home.runId, now: time });
    expect(request).toMatchObject({
      notSentBecause: "The mail server does not take the address (550).",
      sentAt: null,
    });
  });

  it("is tried again when the address is refused for now", async () => {
    const server = await startMailServer();
    server.refuse = { code: 450, message: "come back later" };
    await ask();
    const sender = senderOver(smtp(server.url));
    await sender.sendDue();
    expect(await messages()).toMatchObject([{ status: "waiting", attempts: 1 }]);

    server.refuse = undefined;
    time = after(ASKED_AT, 10_000);
    await sender.sendDue();

    expect(await messages()).toMatchObject([{ status: "sent", attempts: 2 }]);
  });

  it("is sent again when the hub died before it was noted, and a mail program sees one message", async () => {
    const server = await startMailServer();
    await ask();
    const real = smtp(server.url);
    const dying = senderOver({
      async send(letter) {
        await real.send(letter);
        throw new Error("the hub was killed here");
      },
      close: () => real.close(),
    });
    await expect(dying.sendDue()).rejects.toThrow("killed here");

    const next = senderOver(smtp(server.url));
    await next.sendDue();
    expect(server.letters).toHaveLength(1);
    time = after(ASKED_AT, 120_000);
    await next.sendDue();

    expect(server.letters).toHaveLength(2);
    const ids = server.letters.map((letter) => /^Message-ID: (.+)$/im.exec(letter)?.[1]);
    expect(ids[0]).toMatch(/^<[0-9a-f-]{36}@bright\.example>\r?$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it("leaves once when two hubs look at the same outbox", async () => {
    const server = await startMailServer();
    for (let count = 0; count < 5; count += 1) await ask();

    await Promise.all([senderOver(smtp(server.url)).sendDue(), senderOver(smtp(server.url)).sendDue()]);

    expect(server.letters).toHaveLength(5);
    expect((await messages()).every(({ status, attempts }) => status === "sent" && attempts === 1)).toBe(true);
  });

  it("does not leave any more once its question has ended", async () => {
    const server = await startMailServer();
    await ask();
    time = after(ASKED_AT, 4 * 3_600_000);

    await senderOver(smtp(server.url)).sendDue();

    expect(server.letters).toEqual([]);
    expect(await messages()).toMatchObject([
      { status: "failed", sealedBody: null, error: "The question had ended before the message could be sent." },
    ]);
  });

  it("cannot be opened in the place of another one", async () => {
    const server = await startMailServer();
    await ask();
    await ask();
    const [one, two] = await messages();
    await db
      .updateTable("message")
      .set({ sealedBody: JSON.stringify(one?.sealedBody) })
      .where("id", "=", two?.id ?? "")
      .execute();

    await senderOver(smtp(server.url)).sendDue();

    expect(server.letters).toHaveLength(1);
    expect(await messages()).toMatchObject([{ status: "sent" }, { status: "failed" }]);
  });
});

describe("the one reminder of a question", () => {
  const WHEN = new Date("2026-11-22T20:48:00.000Z");
  const remindersIn = (letters: readonly string[]) =>
    letters.map(readable).filter((letter) => letter.includes("Subject: Reminder"));

  it("leaves before the night, with the same link and the ledger's code, and once", async () => {
    const server = await startMailServer();
    const { home, consent, token } = await ask({ reminds: true });
    const [first, second] = [senderOver(smtp(server.url)), senderOver(smtp(server.url))];
    await first.sendDue();
    expect(server.letters).toHaveLength(1);
    time = WHEN;

    await Promise.all([first.sendDue(), second.sendDue()]);
    await senderOver(smtp(server.url)).sendDue();

    const [reminder = "", ...more] = remindersIn(server.letters);
    expect(more).toEqual([]);
    expect(reminder).toContain("This is the only reminder.");
    expect(reminder).toContain(`https://care.example.org/c/${token}`);
    expect(reminder).toMatch(/record of your home stands at [0-9a-f]{4}-[0-9a-f]{4}/);
    expect(await consent.ofRun(db, { runId: home.runId, now: time })).toHaveLength(1);
  });

  it("does not leave after an answer", async () => {
    const server = await startMailServer();
    const { consent, token } = await ask({ reminds: true });
    const { proposalCode } = await consent.link.view(token);
    await consent.link.answer({ token, answer: "no", proposalCode });
    time = WHEN;

    await senderOver(smtp(server.url)).sendDue();

    expect(server.letters).toEqual([]);
    expect((await messages()).filter(({ isReminder }) => isReminder)).toEqual([]);
  });

  it("does not leave at night, however long mail was held up", async () => {
    const server = await startMailServer();
    await ask({ reminds: true });
    time = new Date("2026-11-22T21:30:00.000Z");

    await senderOver(smtp(server.url)).sendDue();

    expect(remindersIn(server.letters)).toEqual([]);
    expect(server.letters).toHaveLength(1);
  });

  it("does not leave a second time when a hub died while it may have been sending it", async () => {
    const server = await startMailServer();
    await ask({ reminds: true });
    time = WHEN;
    await db.updateTable("message").set({ attempts: 1 }).where("isReminder", "=", true).execute();

    await senderOver(smtp(server.url)).sendDue();

    expect(remindersIn(server.letters)).toEqual([]);
  });

  it("is not kept for people who do not exist, nor where no mail leaves", async () => {
    await ask({ reminds: true, isSimulated: true });
    await ask({ reminds: true, canSend: false });

    expect((await messages()).map(({ isReminder }) => isReminder)).toEqual([false, false]);
  });
});

describe("the outbox", () => {
  const call = {} as never;
  const outbox = () => outboxHandlers({ db, sealer });

  it("keeps what cannot leave, and opens it for nobody where somebody lives", async () => {
    const { token } = await ask({ canSend: false });

    const { items } = await outbox()["outbox.list"]({ limit: 10 }, call);

    expect(items).toMatchObject([{ status: "outbox", siteName: "Canal house", body: null }]);
    expect(JSON.stringify(items)).not.toContain(token);
    await expect(outbox()["outbox.open"]({ messageId: items[0]?.id as never }, call)).rejects.toMatchObject({
      code: "not_allowed",
    });
  });

  it("opens the messages of simulated sites, which never leave", async () => {
    const server = await startMailServer();
    const { home, consent, token } = await ask({ canSend: true, isSimulated: true });
    await senderOver(smtp(server.url)).sendDue();

    const { items } = await outbox()["outbox.list"]({ limit: 10 }, call);
    const message = await outbox()["outbox.open"]({ messageId: items[0]?.id as never }, call);

    expect(server.letters).toEqual([]);
    expect(message.status).toBe("outbox");
    expect(message.body).toContain(`/c/${token}`);
    expect(items[0]?.body).toBe(message.body);
    const [asked] = await consent.ofRun(db, { runId: home.runId, now: time });
    expect(asked?.messageId).toBe(message.id);
    expect(asked?.notSentBecause).toMatch(/simulated home/);
  });

  it("lists the newest first, page by page, and of one site when it is named", async () => {
    const asked = [await ask(), await ask(), await ask()];

    const first = await outbox()["outbox.list"]({ limit: 2 }, call);
    const second = await outbox()["outbox.list"]({ limit: 2, cursor: first.nextCursor ?? "" }, call);
    const one = await outbox()["outbox.list"]({ limit: 2, siteId: asked[1]?.home.siteId as never }, call);

    expect([...first.items, ...second.items].map(({ siteId }) => siteId)).toEqual(
      asked.map(({ home }) => home.siteId).reverse(),
    );
    expect(second.nextCursor).toBeNull();
    expect(one.items.map(({ siteId }) => siteId)).toEqual([asked[1]?.home.siteId]);
    await expect(outbox()["outbox.list"]({ limit: 2, cursor: "x" }, call)).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  it("has no place for messages of the firm's own, which hold links for colleagues", async () => {
    await transaction(db, (trx) =>
      queueMessage({ sealer, canSend: false }, trx, {
        siteId: null,
        requestId: null,
        to: { name: "Kim", address: "kim@bright.example" },
        subject: "Join us",
        text: "link",
        html: "link",
        now: time,
      }),
    );
    const [row] = await messages();

    expect((await outbox()["outbox.list"]({ limit: 10 }, call)).items).toEqual([]);
    await expect(outbox()["outbox.open"]({ messageId: row?.id as never }, call)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("wipes words whose links are dead", async () => {
    await ask({ canSend: false });
    const day = 24 * 3_600_000;

    expect(await wipeOldWords(db, after(ASKED_AT, 30 * day))).toBe(0);
    expect(await wipeOldWords(db, after(ASKED_AT, 30 * day + 1))).toBe(1);

    expect(await messages()).toMatchObject([{ sealedBody: null }]);
  });

  it("sends what still waits for an answer once a mail server is there, and keeps it when it goes", async () => {
    await ask({ canSend: false });
    await ask({ canSend: false, isSimulated: true });
    await fitOutbox(db, { canSend: true, now: time });
    expect((await messages()).map(({ status }) => status)).toEqual(["waiting", "outbox"]);

    await fitOutbox(db, { canSend: false, now: time });
    expect((await messages()).map(({ status }) => status)).toEqual(["outbox", "outbox"]);

    await fitOutbox(db, { canSend: true, now: after(ASKED_AT, 5 * 3_600_000) });
    expect((await messages()).map(({ status }) => status)).toEqual(["outbox", "outbox"]);
  });
});

describe("the sender", () => {
  it("looks by itself, and at once when it is told", async () => {
    const server = await startMailServer();
    const announcements = createAnnouncements(() => {});
    const timers: (() => void)[] = [];
    const sender = createSender({
      db,
      now: async () => time,
      clock: {
        ...systemClock,
        after: (_, callback) => {
          timers.push(callback);
          return () => {};
        },
      },
      announcements,
      sealer,
      transport: smtp(server.url),
      from: "care@bright.example",
      log: silentLog,
    });
    closing.push(() => sender.close());
    sender.start();
    await expect.poll(() => timers.length).toBe(1);

    await ask();
    announcements.announce({ type: "message.due" });
    await expect.poll(() => server.letters.length).toBe(1);

    await ask();
    timers[0]?.();
    await expect.poll(() => server.letters.length).toBe(2);
    await expect.poll(() => timers.length).toBe(2);
  });
});
