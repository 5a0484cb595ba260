import { createHash, randomBytes } from "node:crypto";
import { type ConsentAnswer, isCaretakerError } from "@caretaker/protocol";
import { buildHome, createTestConsent, type TestConsent } from "@caretaker/server/consent/test-helpers.ts";
import { type Database, openDatabase } from "@caretaker/server/db/database.ts";
import { sql } from "kysely";
import type { Effort, Figure } from "./measurement.ts";
import { type Random, randomFrom } from "./random.ts";

const GUESSES = { small: 2000, full: 1_000_000 };
const QUESTIONS = { small: 5, full: 50 };
const AT_ONCE = 8;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface Target {
  readonly token: string;
  readonly proposalCode: string;
}

/** What somebody tries who knows everything but the token; some even have seen most of it, or the database. */
const GUESSED: Readonly<Record<string, (random: Random, target: Target) => string>> = {
  "a token of his own": () => randomBytes(24).toString("base64url"),
  "one with another letter": (random, { token }) => {
    const at = random.below(token.length);
    const other = random.pick([...ALPHABET].filter((letter) => letter !== token[at]));
    return token.slice(0, at) + other + token.slice(at + 1);
  },
  "one cut short": (random, { token }) => token.slice(0, 1 + random.below(token.length - 1)),
  "one with more behind it": (random, { token }) => token + random.pick([...ALPHABET]),
  "one in the other case": (_, { token }) => {
    const lower = token.toLowerCase();
    return lower === token ? token.toUpperCase() : lower;
  },
  "what the database has of it": (_, { token }) => createHash("sha256").update(token).digest("hex"),
  "a pattern of the database's": (random) => random.pick(["%", "_", "' or true --", "\\", "*", "null", "undefined"]),
};
const KINDS = Object.keys(GUESSED);
const ANSWERS: readonly ConsentAnswer[] = ["allow", "another_time", "no"];

type Link = TestConsent["link"];
const DOORS: readonly ((link: Link, token: string, random: Random, target: Target) => Promise<unknown>)[] = [
  (link, token) => link.view(token),
  (link, token) => link.opened(token),
  (link, token) => link.stop(token),
  (link, token) => link.callMe(token),
  (link, token, random, { proposalCode }) => link.answer({ token, answer: random.pick(ANSWERS), proposalCode }),
  // Answering is what is worth most.
  (link, token, _, { proposalCode }) => link.answer({ token, answer: "allow", proposalCode }),
  (link, token, _, { proposalCode }) => link.answer({ token, answer: "allow", proposalCode }),
];

/** Guesses links of questions that wait, by every door, with all that there is to know but the link. */
export async function guesses({ isFull, seed, say, openPostgres }: Effort): Promise<Figure[]> {
  const random = randomFrom(seed);
  const wanted = isFull ? GUESSES.full : GUESSES.small;
  const database = await openPostgres();
  const db = openDatabase({ url: database.url, log: silent });
  try {
    const consent = createTestConsent(db);
    const targets = await ask(db, consent, isFull ? QUESTIONS.full : QUESTIONS.small);
    const before = await rowsOf(db);
    const refusals = new Map<string, number>();
    let tried = 0;
    let taken = 0;
    const guess = async (): Promise<void> => {
      while (tried < wanted) {
        tried += 1;
        if (tried % 100_000 === 0) say(`  ${tried} guesses`);
        const target = random.pick(targets);
        const token = GUESSED[random.pick(KINDS)]?.(random, target) ?? "";
        const said = await random
          .pick(DOORS)(consent.link, token, random, target)
          .then(
            () => "taken",
            (error: unknown) => (isCaretakerError(error) ? JSON.stringify(error.report()) : String(error)),
          );
        if (said === "taken") taken += 1;
        else refusals.set(said, (refusals.get(said) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, guess));
    const changed = (await rowsOf(db)) === before ? 0 : 1;
    // The links themselves were good all the time.
    const good = await Promise.all(targets.map(({ token }) => consent.link.view(token).then(() => 1)));
    return [
      { name: "guesses", value: tried, unit: "", promise: { atLeast: wanted } },
      { name: "guesses that were taken for a link", value: taken, unit: "", promise: { atMost: 0 } },
      { name: "answers that runs were told", value: consent.told.length, unit: "", promise: { atMost: 0 } },
      { name: "databases that are not what they were", value: changed, unit: "", promise: { atMost: 0 } },
      { name: "different refusals", value: refusals.size, unit: "", promise: { atMost: 1 } },
      { name: "links that were waiting, and work", value: good.length, unit: "", promise: { atLeast: targets.length } },
    ];
  } finally {
    await db.destroy();
    await database.close();
  }
}

async function ask(db: Database, consent: TestConsent, count: number): Promise<Target[]> {
  const targets: Target[] = [];
  for (let made = 0; made < count; made += 1) {
    const { token } = await consent.askAndGetToken(await buildHome(db));
    const { proposalCode } = await consent.link.view(token);
    targets.push({ token, proposalCode });
  }
  return targets;
}

/** Every row of every table, as one text. */
async function rowsOf(db: Database): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(db);
  const sums: string[] = [];
  for (const { name } of rows) {
    const sum = await sql<{ sum: string }>`
      select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum
      from ${sql.table(name)} t`.execute(db);
    sums.push(`${name} ${sum.rows[0]?.sum}`);
  }
  return sums.join("\n");
}
