import {
  type ApiKeyId,
  CaretakerError,
  OPERATION_NAMES,
  type OperationName,
  operations,
  ROLES,
  type Role,
} from "@caretaker/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../db/new-id.ts";
import { KEY_PREFIX } from "../people/keys.ts";
import { hashToken, newToken } from "../people/token.ts";
import type { Handlers } from "./handler.ts";
import { openTestDoor, type TestBrowser } from "./test-door.ts";
import { ABSENT, initOf, requestFor, type TestSubjects, VALID_INPUTS } from "./test-operations.ts";
import { makeHomes } from "./test-subjects.ts";

/**
 * Who may, written down a second time by hand, so that a slip in the registry is seen here. Letters are roles: Principal,
 * Senior, Technician, dispatcheR. `people` shuts keys out; `fresh` asks people for a factor of just now; `before factor`
 * lets in who still owes one.
 */
const MAY: { readonly [N in OperationName]: string } = {
  "setup.state": "anyone",
  "setup.complete": "anyone",
  "me.get": "PSTR people before factor",
  "client.create": "PSTR",
  "client.list": "PSTR",
  "client.get": "PSTR",
  "client.update": "PSTR",
  "contact.former": "PS",
  "contact.add": "PSTR",
  "contact.verify": "PSTR",
  "contact.update": "PSTR people fresh",
  "contact.remove": "PSTR people fresh",
  "site.create": "PSTR",
  "site.list": "PSTR",
  "site.get": "PSTR",
  "site.update": "PSTR",
  "site.remove": "PS fresh",
  "site.entities": "PSTR",
  "site.devices": "PSTR",
  "device.update": "PST",
  "scopes.get": "PSTR",
  "scopes.set": "PSTR fresh",
  "connector.list": "PSTR",
  "gateway.test": "PST",
  "gateway.add": "PST",
  "gateway.list": "PSTR",
  "gateway.remove": "PST fresh",
  "gateway.credentials.replace": "PST fresh",
  "agent.get": "PSTR",
  "agent.pairing.make": "PST people fresh",
  "agent.end": "PST fresh",
  "agent.freeze": "PST",
  "agent.unfreeze": "PS fresh",
  "runbook.list": "PSTR",
  "runbook.get": "PSTR",
  "runbook.validate": "PSTR",
  "runbook.schema": "PSTR",
  "run.start": "PST",
  "run.get": "PSTR",
  "run.list": "PSTR",
  "run.events": "PSTR",
  "run.evidence": "PST",
  "run.cancel": "PST",
  "approval.list": "PSTR",
  "approval.give": "PS people fresh",
  "approval.refuse": "PST people",
  "run.answer": "PST",
  "run.resolve": "PST",
  "homes.more": "PST people fresh",
  "finding.list": "PSTR",
  "rule.list": "PSTR",
  "rule.make": "PS people fresh",
  "rule.update": "PS people fresh",
  "rule.remove": "PS",
  "rollout.preview": "PST",
  "rollout.start": "PST people fresh",
  "rollout.list": "PSTR",
  "rollout.get": "PSTR",
  "rollout.wave": "PST people fresh",
  "rollout.stop": "PST",
  "freeze.list": "PSTR",
  "freeze.set": "PST",
  "freeze.lift": "PST people fresh",
  "consent.view": "anyone",
  "consent.opened": "anyone",
  "consent.answer": "anyone",
  "consent.stop": "anyone",
  "consent.call_me": "anyone",
  "consent.passkey.challenge": "anyone",
  "consent.passkey.allow": "anyone",
  "passkey.view": "anyone",
  "passkey.make": "anyone",
  "view.get": "PSTR",
  "view.narrow": "PSTR",
  "view.widen": "PSTR fresh",
  "emergency.get": "PSTR",
  "emergency.set": "PS people fresh",
  "emergency.end": "PSTR",
  "consent.emergency": "PST people fresh",
  "raise.list": "PSTR",
  "raise.set": "PST",
  "raise.lift": "PS fresh",
  "plan.list": "PSTR",
  "plan.make": "PS fresh",
  "plan.update": "PS fresh",
  "site.plan.set": "PS fresh",
  "journal.ask": "anyone",
  "journal.open": "anyone",
  "contact.journal.send": "PST",
  "question.view": "anyone",
  "question.opened": "anyone",
  "question.answer": "anyone",
  "consent.phone.get": "PST",
  "consent.phone.answer": "PST people fresh",
  "phone.list": "PST",
  "contact.phone.list": "PSTR",
  "contact.phone.set": "PSTR people fresh",
  "contact.phone.remove": "PSTR",
  "outbox.list": "PSTR",
  "outbox.open": "PSTR",
  "ledger.list": "PST",
  "ledger.verify": "PST",
  "ledger.export": "PS",
  "person.invite": "P people fresh",
  "invitation.view": "anyone",
  "invitation.accept": "anyone",
  "invitation.withdraw": "P people",
  "person.list": "PSTR",
  "person.update": "P people fresh",
  "person.disable": "P people fresh",
  "person.enable": "P people fresh",
  "session.list": "PSTR people",
  "session.revoke": "PSTR people",
  "key.create": "P people fresh",
  "key.list": "P",
  "key.revoke": "P people",
  "runbook.draft.list": "PSTR",
  "runbook.draft.get": "PSTR",
  "runbook.draft.save": "PS",
  "runbook.draft.remove": "PS",
  "runbook.copy": "PS",
  "runbook.import": "PS",
  "runbook.publish": "PS fresh",
  "runbook.retire": "PS",
  "runbook.version.list": "PSTR",
  "runbook.version.get": "PSTR",
  "runbook.diff": "PSTR",
  "contact.export": "PS",
  "contact.erase": "P people fresh",
  "person.erase": "P people fresh",
  "backup.list": "P",
  "backup.make": "P",
  "backup.download": "P fresh",
  "standstill.get": "PSTR",
  "standstill.end": "PS fresh",
};
const LETTERS: Readonly<Record<Role, string>> = { principal: "P", senior: "S", technician: "T", dispatcher: "R" };

interface TestActor {
  readonly role: Role | null;
  readonly kind: "person" | "key" | "nobody";
  readonly factor: "fresh" | "stale" | "owed";
}

/** The problem's code that this actor must get, or null when he may call. */
function expectedRefusal(name: OperationName, { role, kind, factor }: TestActor): string | null {
  const may = MAY[name];
  if (may === "anyone") return null;
  if (role === null) return "not_signed_in";
  if (kind === "person" && factor === "owed" && !may.includes("before factor")) return "second_factor_needed";
  const [letters = ""] = may.split(" ");
  if (!letters.includes(LETTERS[role])) return "not_allowed";
  if (kind === "key" && may.includes("people")) return "not_allowed";
  if (kind === "person" && may.includes("fresh") && factor !== "fresh") return "fresh_factor_needed";
  return null;
}

const STATUS: Readonly<Record<string, number>> = {
  not_signed_in: 401,
  second_factor_needed: 401,
  not_allowed: 403,
  fresh_factor_needed: 403,
};
/** What stays readable of a home that was taken out of service. */
const OF_REMOVED_HOMES: ReadonlySet<OperationName> = new Set([
  "contact.former",
  "contact.export",
  "contact.erase",
  "run.get",
  "run.events",
  "run.evidence",
  "run.cancel",
  "run.answer",
  "run.resolve",
  "consent.phone.get",
  "consent.phone.answer",
  "consent.emergency",
]);

const calls = new Map<OperationName, number>();
const REACHED = 409;
let door: Awaited<ReturnType<typeof openTestDoor>>;
let there: TestSubjects;
let removed: TestSubjects;
const browsers = new Map<Role, TestBrowser & { id: string }>();

beforeAll(async () => {
  const stubs = OPERATION_NAMES.map((name) => [
    name,
    () => {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      throw new CaretakerError("already_done", `${name} was reached`);
    },
  ]);
  door = await openTestDoor({ others: Object.fromEntries(stubs) as Partial<Handlers> });
  for (const role of ROLES) browsers.set(role, await door.signIn(role));
  ({ there, removed } = await makeHomes(door.db));
});

afterAll(() => door.close());

type Send = (path: string, init: RequestInit) => Promise<Response>;

async function ask(send: Send, name: OperationName, subjects: TestSubjects) {
  const parts = requestFor(name, subjects);
  const answer = await send(`/api/v1${parts.path}`, initOf(parts));
  const problem = (await answer.json()) as { code: string; detail: string };
  return { status: answer.status, code: problem.code, detail: problem.detail };
}

/** Asks every operation about what is there, what is absent and what was removed, and says each cell that is not as it must be. */
async function wrongCells(send: Send, actor: TestActor): Promise<string[]> {
  calls.clear();
  const wrong: string[] = [];
  const say = (name: string, what: string, got: unknown) => wrong.push(`${name} ${what}: ${JSON.stringify(got)}`);
  await Promise.all(
    OPERATION_NAMES.map(async (name) => {
      const isAboutOne = Object.keys(ABSENT).some((field) => field in VALID_INPUTS[name]);
      const asked = isAboutOne ? [there, ABSENT, removed] : [there];
      const [present, absent, gone] = await Promise.all(asked.map((subjects) => ask(send, name, subjects)));
      const refused = expectedRefusal(name, actor);
      if (refused !== null) {
        for (const got of [present, absent, gone])
          if (got !== undefined && (got.code !== refused || got.status !== STATUS[refused])) say(name, refused, got);
        if (calls.has(name)) say(name, "reached its handler", calls.get(name));
        return;
      }
      const mayReadRemoved = OF_REMOVED_HOMES.has(name);
      if (present?.status !== REACHED || present.detail !== `${name} was reached`)
        say(name, "must be reached", present);
      if (absent !== undefined && absent.status !== 404) say(name, "must be absent", absent);
      if (mayReadRemoved ? gone?.status !== REACHED : JSON.stringify(gone) !== JSON.stringify(absent))
        say(name, "removed must answer as absent does", gone);
      if (calls.get(name) !== (mayReadRemoved ? 2 : 1)) say(name, "handler calls", calls.get(name));
    }),
  );
  return wrong;
}

const asStranger: Send = (path, init) => door.browser().fetch(path, init);

async function withKey(role: Role, times: { expiresAt?: Date; revokedAt?: Date } = {}): Promise<Send> {
  const key = `${KEY_PREFIX}${newToken()}`;
  await door.db
    .insertInto("apiKey")
    .values({
      id: newId<ApiKeyId>(),
      name: role,
      role,
      prefix: key.slice(0, 10),
      hash: hashToken(key),
      createdBy: "test",
      createdById: null,
      createdAt: new Date(),
      expiresAt: new Date(Date.now() + 600_000),
      ...times,
    })
    .execute();
  return (path, init) =>
    fetch(`${door.url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${key}` } });
}

async function signedIn(role: Role, factorAt: Date | null): Promise<Send> {
  const browser = browsers.get(role)!;
  await door.db.updateTable("browserSession").set({ factorAt }).where("userId", "=", browser.id).execute();
  return browser.fetch;
}

const FACTORS = {
  fresh: () => new Date(),
  stale: () => new Date(Date.now() - 301_000),
  owed: () => null,
} as const;

describe("who may call what", () => {
  it("is written down for every operation and for nothing else", () => {
    expect(Object.keys(MAY).sort()).toEqual([...OPERATION_NAMES].sort());
    for (const name of OPERATION_NAMES)
      expect(operations[name].input.safeParse(VALID_INPUTS[name]).success, name).toBe(true);
  });

  it("lets a stranger nowhere but where anyone may", async () => {
    expect(await wrongCells(asStranger, { role: null, kind: "nobody", factor: "owed" })).toEqual([]);
  });

  describe.each(ROLES)("for a %s", (role) => {
    it.each(["fresh", "stale", "owed"] as const)("whose second factor is %s", async (factor) => {
      const send = await signedIn(role, FACTORS[factor]());

      expect(await wrongCells(send, { role, kind: "person", factor })).toEqual([]);
    });

    it("who is a key", async () => {
      expect(await wrongCells(await withKey(role), { role, kind: "key", factor: "owed" })).toEqual([]);
    });
  });

  it.each([
    ["revoked", { revokedAt: new Date() }],
    ["expired", { expiresAt: new Date(Date.now() - 1000) }],
  ])("takes a key that was %s for a stranger's", async (_, times) => {
    const send = await withKey("principal", times);

    expect(await wrongCells(send, { role: null, kind: "nobody", factor: "owed" })).toEqual([]);
  });

  it("takes somebody who was shut out for a stranger, whatever cookie he still has", async () => {
    const send = await signedIn("principal", new Date());
    await door.db
      .updateTable("person")
      .set({ disabledAt: new Date() })
      .where("id", "=", browsers.get("principal")!.id)
      .execute();

    expect(await wrongCells(send, { role: null, kind: "nobody", factor: "owed" })).toEqual([]);
  });
});
