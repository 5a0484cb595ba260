import type { ConsentView, Language, Proposal, RunEventData } from "@caretaker/protocol";
import { type Thing, wordsIn } from "./words/index.ts";

type Result = ConsentView["progress"]["results"][number];
type Read = Extract<RunEventData, { kind: "step.read" }>;

/**
 * How each thing that was acted on was before, and how it is after the last look at it, in the homeowner's words. What
 * was read and cannot be said plainly is left out: a homeowner is not shown a machine's words.
 */
export function beforeAndAfter(
  { language, proposal, things }: { language: Language; proposal: Proposal; things: readonly Thing[] },
  events: readonly { readonly data: RunEventData }[],
): Result[] {
  const reads = events.flatMap(({ data }) => (data.kind === "step.read" ? [data] : []));
  const results = new Map<string, Result>();
  for (const [index, act] of proposal.acts.entries()) {
    const thing = things[index];
    const of = reads.filter((read) => read.step === act.step && (read.item?.number ?? 1) === (act.item ?? 1));
    const before = inWords(
      language,
      of.find(({ purpose }) => purpose === "before"),
    );
    const after = inWords(
      language,
      of.findLast(({ purpose }) => purpose === "verify" || purpose === "undo"),
    );
    if (thing === undefined || before === null || after === null) continue;
    // Of a switch, what it feeds is what the homeowner misses.
    const { name } = thing.feeds ?? thing;
    // Two acts on one thing are one story: from before the first to after the last.
    results.set(name, { thing: name, before: results.get(name)?.before ?? before, after });
  }
  return [...results.values()];
}

function inWords(language: Language, read: Read | undefined): string | null {
  if (read === undefined) return null;
  const { answers, answersNot, unavailable } = wordsIn(language).seenState;
  if (read.result === "unknown") return null;
  const { output } = read;
  if (typeof output !== "object" || output === null) return null;
  if ("unavailable" in output && typeof output.unavailable === "number")
    return output.unavailable === 0 ? answers : unavailable(output.unavailable);
  if ("availability" in output) return output.availability === "online" ? answers : answersNot;
  return null;
}
