import type { SiteId } from "@caretaker/protocol";
import { type Database, now, type Trx, transaction } from "../db/database.ts";
import { appendLedger } from "../ledger/append.ts";
import { escaped } from "../mail/escaped.ts";
import type { NewMessage } from "../mail/queue.ts";
import type { SaidToAgent } from "./agents.ts";

export interface HelpDeps {
  readonly db: Database;
  readonly publicUrl: string;
  readonly queueMessage: (trx: Trx, message: NewMessage) => Promise<void>;
}

/**
 * Somebody of a home pressed "ask for help" at its agent: it stands in the home's ledger, and everybody of the firm who
 * may do something about it is written to. Pressed again within a quarter of an hour it is the same call for help.
 */
export async function takeHelp(
  { db, publicUrl, queueMessage }: HelpDeps,
  { siteId, agentId, fingerprint, said }: SaidToAgent,
): Promise<"told" | "told before"> {
  const words = said.kind === "help" ? said.words.trim() : "";
  return transaction(db, async (trx) => {
    const moment = await now(trx);
    const site = await trx.selectFrom("site").select("name").where("id", "=", siteId).forUpdate().executeTakeFirst();
    if (site === undefined || (await wasToldLately(trx, siteId, moment))) return "told before";
    await appendLedger(trx, {
      chain: siteId,
      event: "agent.help_asked",
      actor: "homeowner",
      payload: { agentId, fingerprint, words },
      now: moment,
    });
    const people = await trx
      .selectFrom("person")
      .select(["name", "email"])
      .where("role", "in", ["principal", "senior", "technician", "dispatcher"])
      .where("disabledAt", "is", null)
      .execute();
    for (const { name, email } of people)
      await queueMessage(trx, letterTo({ name, email }, { site, siteId, words, publicUrl, now: moment }));
    return "told";
  });
}

const SAME_CALL_MILLISECONDS = 15 * 60_000;

async function wasToldLately(trx: Trx, siteId: SiteId, moment: Date): Promise<boolean> {
  const last = await trx
    .selectFrom("ledgerEntry")
    .select("at")
    .where("chain", "=", siteId)
    .where("event", "=", "agent.help_asked")
    .where("at", ">", new Date(moment.getTime() - SAME_CALL_MILLISECONDS).toISOString())
    .executeTakeFirst();
  return last !== undefined;
}

interface Call {
  readonly site: { readonly name: string };
  readonly siteId: SiteId;
  readonly words: string;
  readonly publicUrl: string;
  readonly now: Date;
}

function letterTo(
  { name, email }: { name: string; email: string },
  { site, siteId, words, publicUrl, now }: Call,
): NewMessage {
  const lines = [
    `Hello ${name},`,
    `Somebody at ${site.name} asks for help.`,
    words === "" ? "They left no words." : `They say: "${words}"`,
    `${publicUrl}/sites/${siteId}`,
  ];
  return {
    siteId,
    requestId: null,
    to: { name, address: email },
    subject: `${site.name} asks for help`.replace(/\s+/g, " "),
    text: lines.join("\n\n"),
    html: lines.map((line) => `<p>${escaped(line)}</p>`).join("\n"),
    now,
  };
}
