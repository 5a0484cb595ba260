import { CaretakerError, isCaretakerError, type runbookOperations } from "@caretaker/protocol";
import type { Database } from "../../db/database.ts";
import type { Handlers } from "../../http/handler.ts";
import { nameInActor } from "../../ledger/actor.ts";
import type { Library } from "../library.ts";
import { newestOf, readPublished } from "../published.ts";
import { validateRunbook } from "../validate.ts";
import { verdictsOf } from "../verdict.ts";
import { changesInWords, type Side } from "./changes.ts";
import { copiedFromRunbook } from "./copied-from.ts";
import { diffLines } from "./diff.ts";
import {
  type DraftRow,
  detailsOf,
  draftDetails,
  findDraft,
  firmId,
  lastVersion,
  listDrafts,
  removeDraft,
  saveDraft,
} from "./drafts.ts";
import { type PublishDeps, publishDraft, requirePublished, retire, toVersion } from "./publish.ts";

export function runbookVersionHandlers(deps: PublishDeps): Pick<Handlers, keyof typeof runbookOperations> {
  const { db, library } = deps;
  return {
    "runbook.draft.list": async () => ({ items: await listDrafts(db) }),
    "runbook.draft.get": async ({ name }, { now }) => {
      await library.refresh?.();
      return draftDetails(db, library, name, now);
    },
    "runbook.draft.save": async (request, { actor, now }) => {
      await library.refresh?.();
      return detailsOf(db, library, await saveDraft(db, { ...request, actor, now }), now);
    },
    "runbook.draft.remove": async ({ name, rowVersion }, { actor, now }) => {
      await removeDraft(db, { name, rowVersion, actor, now });
      return {};
    },
    "runbook.copy": async ({ connector, name, to }, { actor, now }) => {
      await library.refresh?.();
      const from = await found(deps, connector, name);
      const copiedFrom = copiedFromRunbook(from);
      const version = (await lastVersion(db, firmId(to))) + 1;
      const text = from.text.replace(/^id:.*$/m, `id: ${firmId(to)}`).replace(/^version:.*$/m, `version: ${version}`);
      const draft = await saveDraft(db, { name: to, text, rowVersion: 0, copiedFrom, actor, now });
      return detailsOf(db, library, draft, now);
    },
    "runbook.import": async ({ files }, { actor, now }) => {
      await library.refresh?.();
      const verdicts = verdictsOf(files, library.world);
      const items = [];
      for (const [index, { file, text }] of files.entries()) {
        const verdict = verdicts[index];
        if (verdict === undefined) continue;
        const name = nameIn(text, file);
        const refused = await saveDraft(db, {
          name,
          text,
          rowVersion: 0,
          copiedFrom: `the file ${file}`,
          actor,
          now,
        }).then(
          () => null,
          (error: unknown) => {
            if (isCaretakerError(error, "changed_meanwhile")) return error.message;
            throw error;
          },
        );
        items.push({ file, name: refused === null ? name : null, refused, verdict });
      }
      return { items };
    },
    "runbook.publish": (request, { actor }) => publishDraft(deps, { ...request, actor }),
    "runbook.retire": (request, { actor }) => retire(deps, { ...request, actor }),
    "runbook.version.list": async ({ name }) => {
      await requirePublished(db, name);
      const rows = await db
        .selectFrom("runbookPublished")
        .selectAll()
        .where("id", "=", firmId(name))
        .orderBy("version", "desc")
        .execute();
      const retired = await db
        .selectFrom("runbookRetired")
        .select(["retiredAt as at", "retiredBy as by", "reason"])
        .where("id", "=", firmId(name))
        .executeTakeFirst();
      return {
        items: rows.map(toVersion),
        retired: retired === undefined ? null : { ...retired, by: nameInActor(retired.by) },
      };
    },
    "runbook.version.get": async ({ name, version }) => {
      const row = await versionOf(db, name, version);
      return { ...toVersion(row), text: row.text };
    },
    "runbook.diff": async ({ name, from, to }) => {
      await library.refresh?.();
      const before = await versionOf(db, name, from);
      const beside = to === undefined ? await findDraft(db, name) : await versionOf(db, name, to);
      const lines = diffLines(before.text, beside.text);
      const count = (kind: string): number => lines.filter((line) => line.kind === kind).length;
      const after = "document" in beside ? readPublished(beside, library.world) : draftSide(beside, library);
      const changes = after === null ? null : changesInWords(readPublished(before, library.world), after);
      return { changes, lines, added: count("added"), removed: count("removed") };
    },
  };
}

/** A draft as it would be published now; null while it has a mistake. */
function draftSide({ id, text }: DraftRow, { world }: Library): Side | null {
  const result = validateRunbook(`${id}.yaml`, text, world);
  return result.ok ? { ...result, world } : null;
}

async function versionOf(db: Database, name: string, version: number) {
  const row = await db
    .selectFrom("runbookPublished")
    .selectAll()
    .where("id", "=", firmId(name))
    .where("version", "=", version)
    .executeTakeFirst();
  if (row !== undefined) return row;
  throw new CaretakerError("not_found", `There is no version ${version} of ${firmId(name)}.`);
}

/** A runbook to begin from: one that can be started, or the firm's own newest, whether or not that can be started now. */
async function found({ db, library }: PublishDeps, connector: string, name: string) {
  const id = `${connector}/${name}`;
  const one = library.get(id) ?? (connector === "hub" ? library.get(name) : undefined);
  if (one !== undefined) return { ...one, version: one.runbook.version };
  const published = await newestOf(db, id);
  if (published !== undefined) return published;
  throw new CaretakerError("not_found", `There is no runbook ${id} to copy.`);
}

/** What a file's runbook is called here: by its id where it says one, else by the file. */
function nameIn(text: string, file: string): string {
  const id = /^id:\s*["']?(?:[a-z0-9-]+\/)?([a-z][a-z0-9-]*)["']?\s*(?:#.*)?$/m.exec(text)?.[1];
  const name =
    id ??
    file
      .split("/")
      .at(-1)
      ?.replace(/\.ya?ml$/, "") ??
    "";
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 60);
  return plain === "" ? "imported" : plain;
}
