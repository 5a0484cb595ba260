import { type Language, MendableIllness } from "@caretaker/protocol";
import type { Trx } from "../db/database.ts";
import { wordsIn } from "./words/index.ts";

/** What the hub found, when a rule began the run because of it. */
export interface FoundByItself {
  readonly name: string;
  readonly illness: MendableIllness;
  readonly minutes: number;
}

/** As it is measured now: a question may be asked hours after the run began. Null for a run that a person began. */
export async function foundByItself(trx: Trx, runId: string, now: Date): Promise<FoundByItself | null> {
  const found = await trx
    .selectFrom("ruleFiring")
    .innerJoin("finding", "finding.id", "ruleFiring.findingId")
    .innerJoin("integration", "integration.id", "finding.integrationId")
    .select(["integration.name", "finding.illness", "finding.openedAt", "finding.endedAt"])
    .where("ruleFiring.runId", "=", runId)
    .executeTakeFirst();
  const illness = MendableIllness.safeParse(found?.illness);
  if (found === undefined || !illness.success) return null;
  const until = found.endedAt === null ? now.getTime() : Date.parse(found.endedAt);
  return { name: found.name, illness: illness.data, minutes: wholeMinutes(until - Date.parse(found.openedAt)) };
}

/** In the words of whoever is asked. */
export function foundInWords({ name, illness, minutes }: FoundByItself, language: Language): string {
  return wordsIn(language).ill[illness](name, minutes);
}

export function wholeMinutes(milliseconds: number): number {
  return Math.max(1, Math.floor(milliseconds / 60_000));
}
