import { timingSafeEqual } from "node:crypto";
import { CaretakerError, type PersonId } from "@caretaker/protocol";
import { sql } from "kysely";
import { type Database, now, type Trx, transaction } from "../db/database.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { appendLedger } from "../ledger/append.ts";
import type { PeopleDeps } from "./deps.ts";
import { addPerson } from "./people.ts";
import { hashToken, newToken } from "./token.ts";

const SIGN_IN_LINK_MILLISECONDS = 30 * 60_000;
/** Only for the lock: whoever sets up second waits, and then finds a firm. */
const SETUP_LOCK = 4_400_001;

/** The firm of a demo and who looks around in it. */
const DEMO_FIRM = {
  name: "Bright Homes (demo)",
  timeZone: "Europe/Amsterdam",
  country: "NL",
  phone: "+31 20 555 0100",
  language: "en" as const,
};
const DEMO_OWNER = { name: "Robin", email: "robin@example.com" };

export function setupHandlers(deps: PeopleDeps): Pick<Handlers, "setup.state" | "setup.complete"> {
  const { db, setup, publicUrl, mail, version } = deps;
  return {
    "setup.state": async () => {
      const firm = await db.selectFrom("firm").select("isDemo").executeTakeFirst();
      return { isSetUp: firm !== undefined, isDemo: firm?.isDemo ?? false, mail, version };
    },

    "setup.complete": async ({ token, mode, firm, owner }, call) => {
      if (!isSame(token, setup.token.reveal()))
        throw new CaretakerError("not_allowed", "This setup link is not the one that the hub printed at its start.");
      if (call.now > setup.expiresAt)
        throw new CaretakerError("gone", "This setup link has expired. Restart the hub: it prints a new one.");
      if (mode === "real" && (firm === undefined || owner === undefined)) {
        const missing = firm === undefined ? "firm" : "owner";
        throw new CaretakerError("invalid_input", "Say what your firm is called and who you are.", {
          fields: [{ path: missing, message: "is missing" }],
        });
      }
      const isDemo = mode === "demo";
      const personId = await transaction(db, async (trx) => {
        await sql`select pg_advisory_xact_lock(${SETUP_LOCK})`.execute(trx);
        if ((await trx.selectFrom("firm").select("id").executeTakeFirst()) !== undefined)
          throw new CaretakerError("already_done", "This hub has been set up. Sign in instead.");
        // The password of a demo is nobody's: people come in by a link.
        return createFirm(
          trx,
          isDemo ? DEMO_FIRM : { ...firm!, phone: firm!.phone ?? null },
          isDemo ? { ...DEMO_OWNER, password: newToken() } : owner!,
          isDemo,
          call,
        );
      });
      await deps.afterSetup({ isDemo });
      return { isDemo, signInUrl: isDemo ? await createSignInLink(db, personId, publicUrl) : null };
    },
  };
}

async function createFirm(
  trx: Trx,
  firm: { name: string; timeZone: string; country: string; phone: string | null; language: "en" | "nl" | "de" | "fr" },
  owner: { name: string; email: string; password: string },
  isDemo: boolean,
  call: Call,
): Promise<PersonId> {
  await trx
    .insertInto("firm")
    .values({ ...firm, isDemo, createdAt: call.now })
    .execute();
  const personId = await addPerson(trx, { ...owner, role: "principal" });
  const actor = `person:${personId} ${owner.name}`;
  await appendLedger(trx, {
    chain: "firm",
    event: "firm.created",
    actor,
    payload: { name: firm.name, isDemo },
    now: call.now,
  });
  await appendLedger(trx, {
    chain: "firm",
    event: "person.joined",
    actor,
    payload: { personId, name: owner.name, email: owner.email, role: "principal" },
    now: call.now,
  });
  return personId;
}

/** A link that signs in once, within half an hour. Only ever made for a demo. */
export async function createSignInLink(db: Database, personId: PersonId, publicUrl: string): Promise<string> {
  const token = newToken();
  const expiresAt = new Date((await now(db)).getTime() + SIGN_IN_LINK_MILLISECONDS);
  await db
    .insertInto("signInLink")
    .values({ tokenHash: hashToken(token), personId, expiresAt })
    .execute();
  return `${publicUrl}/sign-in-once#token=${token}`;
}

/** Uses up a sign-in link. Rejects with `gone` unless this is a demo and the link still holds. */
export async function useSignInLink(db: Database, token: string): Promise<PersonId> {
  return transaction(db, async (trx) => {
    const firm = await trx.selectFrom("firm").select("isDemo").executeTakeFirst();
    const row = await trx
      .deleteFrom("signInLink")
      .where("tokenHash", "=", hashToken(token))
      .returningAll()
      .executeTakeFirst();
    if (firm?.isDemo !== true || row === undefined || Date.parse(row.expiresAt) <= (await now(trx)).getTime()) {
      throw new CaretakerError(
        "gone",
        "This link has been used or has expired. Restart the demo: it prints a new one.",
      );
    }
    return row.personId as PersonId;
  });
}

/** Who looks around in a demo, or null where this is none: a new link is printed for him at each start. */
export async function demoPerson(db: Database): Promise<{ id: PersonId; name: string } | null> {
  const firm = await db.selectFrom("firm").select("isDemo").executeTakeFirst();
  if (firm?.isDemo !== true) return null;
  const person = await db
    .selectFrom("person")
    .select(["id", "name"])
    .where("role", "=", "principal")
    .orderBy("createdAt")
    .executeTakeFirst();
  return person === undefined ? null : { id: person.id as PersonId, name: person.name };
}

function isSame(given: string, real: string): boolean {
  return timingSafeEqual(Buffer.from(hashToken(given), "hex"), Buffer.from(hashToken(real), "hex"));
}
