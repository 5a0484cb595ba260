import { CaretakerError, type Person, type PersonId } from "@caretaker/protocol";
import { type Trx, transaction } from "../db/database.ts";
import type { Call, Handlers } from "../http/handler.ts";
import { actorText } from "../ledger/actor.ts";
import { appendLedger } from "../ledger/append.ts";
import type { PeopleDeps } from "./deps.ts";
import { openInvitations } from "./invitations.ts";
import { listPeople } from "./people.ts";
import { endSessionsOf } from "./sessions.ts";

type Names = "me.get" | "person.list" | "person.update" | "person.disable" | "person.enable";

type Deps = Pick<PeopleDeps, "db" | "announcements" | "mail" | "version" | "endWorkOf">;

export function personHandlers(deps: Deps): Pick<Handlers, Names> {
  const { db, announcements } = deps;
  return {
    "me.get": async (_, { actor }) => {
      if (actor.kind !== "person") throw new CaretakerError("not_signed_in", "Sign in first.");
      const firm = await db.selectFrom("firm").selectAll().executeTakeFirstOrThrow();
      return {
        person: await onePerson(deps, actor.id),
        firm: { name: firm.name, timeZone: firm.timeZone, country: firm.country, isDemo: firm.isDemo },
        mail: deps.mail,
        version: deps.version,
        factorAt: actor.factorAt,
      };
    },

    "person.list": async (_, { now }) => ({
      people: await listPeople(db),
      invitations: await openInvitations(db, now),
    }),

    "person.update": async ({ personId, role }, call) => {
      await transaction(db, async (trx) => {
        const before = await lockPerson(trx, personId);
        if (before.role === "principal" && role !== "principal") await refuseLastPrincipal(trx, personId);
        await trx.updateTable("person").set({ role, updatedAt: call.now }).where("id", "=", personId).execute();
        await firmEntry(trx, "person.role_changed", { personId, name: before.name, from: before.role, to: role }, call);
      });
      announcements.announce({ type: "person.changed", personId, isDisabled: false });
      return onePerson(deps, personId);
    },

    "person.disable": async ({ personId }, call) => {
      if (call.actor.kind === "person" && call.actor.id === personId)
        throw new CaretakerError("conflict", "You cannot shut yourself out. Another principal can.");
      const { name } = await onePerson(deps, personId);
      const { sessions, stopped } = await transaction(db, async (trx) => {
        const stopped = await deps.endWorkOf(trx, { personId, name, by: actorText(call.actor), now: call.now });
        const before = await lockPerson(trx, personId);
        if (before.role === "principal") await refuseLastPrincipal(trx, personId);
        await trx
          .updateTable("person")
          .set({ disabledAt: call.now, updatedAt: call.now })
          .where("id", "=", personId)
          .execute();
        await firmEntry(trx, "person.disabled", { personId, name: before.name }, call);
        return { sessions: await endSessionsOf(trx, personId), stopped };
      });
      for (const announcement of stopped) announcements.announce(announcement);
      for (const sessionId of sessions) announcements.announce({ type: "session.ended", sessionId, personId });
      announcements.announce({ type: "person.changed", personId, isDisabled: true });
      return onePerson(deps, personId);
    },

    "person.enable": async ({ personId }, call) => {
      await transaction(db, async (trx) => {
        const before = await lockPerson(trx, personId);
        await trx
          .updateTable("person")
          .set({ disabledAt: null, updatedAt: call.now })
          .where("id", "=", personId)
          .execute();
        await firmEntry(trx, "person.enabled", { personId, name: before.name }, call);
      });
      announcements.announce({ type: "person.changed", personId, isDisabled: false });
      return onePerson(deps, personId);
    },
  };
}

async function onePerson({ db }: Pick<PeopleDeps, "db">, id: PersonId): Promise<Person> {
  const [person] = await listPeople(db, id);
  if (person === undefined) throw new CaretakerError("not_found", "There is no such person.");
  return person;
}

async function lockPerson(trx: Trx, personId: PersonId) {
  const person = await trx
    .selectFrom("person")
    .select(["name", "role"])
    .where("id", "=", personId)
    .forUpdate()
    .executeTakeFirst();
  if (person === undefined) throw new CaretakerError("not_found", "There is no such person.");
  return person;
}

/** Somebody has to be able to let people in. Two principals leaving at once are seen, since all of them are locked. */
async function refuseLastPrincipal(trx: Trx, leaving: PersonId): Promise<void> {
  const principals = await trx
    .selectFrom("person")
    .select("id")
    .where("role", "=", "principal")
    .where("disabledAt", "is", null)
    .orderBy("id")
    .forUpdate()
    .execute();
  if (principals.every(({ id }) => id === leaving))
    throw new CaretakerError("conflict", "This is the only principal. Make somebody else principal first.");
}

async function firmEntry(
  trx: Trx,
  event: "person.role_changed" | "person.disabled" | "person.enabled",
  payload: Record<string, unknown>,
  { actor, now }: Call,
): Promise<void> {
  await appendLedger(trx, { chain: "firm", event, actor: actorText(actor), payload, now });
}
