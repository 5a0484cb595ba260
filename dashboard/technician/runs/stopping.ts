import type { RunStepOutline } from "@caretaker/protocol";
import type { TimelineStep } from "./timeline.ts";

/** What a stop leaves of what a run has done, each as a technician calls it. */
export interface Left {
  /** It runs, and is put back as it was. */
  readonly putBack: readonly string[];
  /** It runs, and cannot be undone: it is finished first. */
  readonly finished: readonly string[];
  /** It was done before, and stays. */
  readonly stays: readonly string[];
}

/** What a stop at this very point does, by the rule that the hub stops with. */
export function leftByStop(
  steps: readonly TimelineStep[],
  outline: readonly Pick<RunStepOutline, "name" | "canPutBack">[],
): Left {
  const left = { putBack: [] as string[], finished: [] as string[], stays: [] as string[] };
  for (const step of steps) {
    if (step.kind !== "fix") continue;
    const sent = sentBy(step);
    // Of a fix that goes through several things, only the one that it is at still runs.
    const runs = step.endedAt === null ? sent.pop() : undefined;
    left.stays.push(...sent);
    if (runs === undefined) continue;
    const canPutBack = outline.find(({ name }) => name === step.name)?.canPutBack ?? false;
    (canPutBack ? left.putBack : left.finished).push(runs);
  }
  return left;
}

/** What was sent, or perhaps sent, in its order; not what certainly failed. */
function sentBy({ title, events }: TimelineStep): string[] {
  const sent = new Map<string, string>();
  const attempts = new Map<string, string>();
  for (const { data } of events) {
    if (data.kind === "fix.intended") {
      const thing = data.item === undefined ? title : `${title}: ${data.item.name}`;
      attempts.set(data.attemptId, thing);
      sent.set(thing, data.attemptId);
    } else if (data.kind === "fix.failed") {
      const thing = attempts.get(data.attemptId);
      if (thing !== undefined && sent.get(thing) === data.attemptId) sent.delete(thing);
    }
  }
  return [...sent.keys()];
}
