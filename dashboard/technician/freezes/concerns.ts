import type { Freeze, Person, RunSummary, SiteId } from "@caretaker/protocol";

type Place = { readonly siteId: SiteId; readonly connectors: readonly string[] };
type RunPlace = Pick<RunSummary, "siteId" | "runbook" | "startedById" | "finishedAt"> & {
  readonly connector: string | null;
};

/** The freezes that stop acts in this home, whoever starts what. */
export function freezesOfSite(freezes: readonly Freeze[], { siteId, connectors }: Place): Freeze[] {
  return freezes.filter(
    ({ kind, subject }) =>
      kind === "firm" ||
      (kind === "site" && subject === siteId) ||
      (kind === "connector" && connectors.includes(subject)),
  );
}

/** The freezes that stop the acts of this run; one that was set after its end had no part in it. */
export function freezesOfRun(freezes: readonly Freeze[], run: RunPlace): Freeze[] {
  return freezes.filter(({ kind, subject, frozenAt }) => {
    if (run.finishedAt !== null && Date.parse(frozenAt) > Date.parse(run.finishedAt)) return false;
    return (
      kind === "firm" ||
      (kind === "site" && subject === run.siteId) ||
      (kind === "connector" && subject === run.connector) ||
      (kind === "runbook" && subject === run.runbook) ||
      (kind === "person" && subject === run.startedById)
    );
  });
}

/** Whether nobody but this person could be the second one, as far as the list of people tells; the hub decides. */
export function isAloneIn(people: readonly Person[], me: Pick<Person, "id">): boolean {
  const reviewers = people.filter(
    ({ role, disabledAt }) => disabledAt === null && (role === "principal" || role === "senior"),
  );
  return reviewers.length === 1 && reviewers[0]?.id === me.id;
}
