import { createTestClock, type TestClock } from "@caretaker/kit";
import {
  type Actor,
  type ApiKeyId,
  type Approval,
  type ApprovalId,
  isCaretakerError,
  type PersonId,
  type Role,
  type SessionId,
} from "@caretaker/protocol";
import { createAnnouncements } from "../../announcements.ts";
import { giveApproval } from "../../approvals/answer.ts";
import type { CarriesOut } from "../../approvals/types.ts";
import { type Database, transaction } from "../../db/database.ts";
import { newId } from "../../db/new-id.ts";
import { addPerson } from "../../people/people.ts";
import { runbookOf } from "../../runs/test-helpers.ts";
import { runbooksHandlers } from "../handlers.ts";
import type { Library } from "../library.ts";
import { runbookVersionHandlers } from "./handlers.ts";
import { createLivingLibrary } from "./living-library.ts";
import { type PublishDeps, publishApproved } from "./publish.ts";

export const ALIVE = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy }, fail: { end: found }, unknown: { end: unclear } }`;
export const CYCLING = `
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { unavailable: 0 }
    next: { pass: { end: healthy } }
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { again: alive, within: 60s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: not_fixed } }
  - end: fixed`;
export const USING = (used: string): string => `
  - use: it
    runbook: ${used}
    with: { service: $service, bridge: $bridge }
  - end: found`;

export const written = (id: string, steps: string, version = 1): string =>
  runbookOf(id, steps).replace("version: 1", `version: ${version}`);

/** The firm's own runbooks on one database, and the people who write and approve them. */
export interface TestVersions {
  readonly clock: TestClock;
  readonly library: Library;
  readonly deps: PublishDeps;
  readonly handlers: ReturnType<typeof runbookVersionHandlers> & ReturnType<typeof runbooksHandlers>;
  person(name: string, role?: Role): Promise<Actor>;
  key(maker: Actor): Promise<Actor>;
  call(actor: Actor): Parameters<TestVersions["handlers"]["runbook.draft.list"]>[1];
  save(actor: Actor, name: string, text: string, rowVersion?: number): Promise<unknown>;
  ask(actor: Actor, name: string, rowVersion?: number): ReturnType<TestVersions["handlers"]["runbook.publish"]>;
  approve(actor: Actor, approval: Pick<Approval, "id" | "digest"> | null): Promise<unknown>;
}

export function createTestVersions(db: Database, stock: Library): TestVersions {
  const clock = createTestClock();
  const library = createLivingLibrary(db, stock);
  const deps: PublishDeps = {
    db,
    now: async () => clock.now(),
    announcements: createAnnouncements((error) => {
      throw error;
    }),
    queueMessage: async () => {},
    library,
  };
  const handlers = { ...runbookVersionHandlers(deps), ...runbooksHandlers({ db, library }) };
  const call = (actor: Actor) => ({
    actor,
    now: clock.now(),
    requestId: "r",
    signal: new AbortController().signal,
  });
  return {
    clock,
    library,
    deps,
    handlers,
    call,
    async person(name, role = "senior") {
      const email = `${name}@example.com`;
      const id = await transaction(db, (trx) => addPerson(trx, { name, email, role, password: "long enough" }));
      return { kind: "person", id, name, role, sessionId: "s" as SessionId, factorAt: null };
    },
    async key(maker) {
      const id = newId<ApiKeyId>();
      const at = clock.now();
      const createdById = (maker as { id: PersonId }).id;
      const row = { id, name: "Script", role: "senior" as const, prefix: "ct", hash: id, createdBy: "x", createdById };
      await db
        .insertInto("apiKey")
        .values({ ...row, createdAt: at, expiresAt: at })
        .execute();
      return { kind: "key", id, name: "Script", role: "senior" };
    },
    save: (actor, name, text, rowVersion = 0) =>
      handlers["runbook.draft.save"]({ name, text, rowVersion }, call(actor)),
    ask: (actor, name, rowVersion = 1) =>
      handlers["runbook.publish"]({ name, rowVersion, reason: "It is needed" }, call(actor)),
    approve(actor, approval) {
      const carriesOut = { "runbook.publish": publishApproved(deps) } as CarriesOut;
      const { id, digest } = approval ?? { id: "" as ApprovalId, digest: "" };
      return giveApproval(deps, carriesOut, { approvalId: id, digest, actor });
    },
  };
}

export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => (isCaretakerError(error) ? error.code : Promise.reject(error)),
  );
