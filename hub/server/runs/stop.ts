import type { RunEventData, RunOutcome } from "@caretaker/protocol";
import { ON, type Ride, type Turn } from "./ride.ts";

/**
 * Ends a run that was stopped, at a safe point, and says which. Nothing was done: `refused`. Put back: `undone`.
 * Otherwise it is cancelled, with what stays as it is.
 */
export async function endStopped(
  ride: Ride,
  undone: { readonly outcome: RunOutcome; readonly words: string } | null = null,
): Promise<Turn> {
  const { row, memory, plan } = ride;
  const by = row.stopRequestedBy ?? "hub";
  const at = memory.active === null ? `before ${memory.at ?? plan.first}` : `at ${ride.step.name}`;
  const reason = row.stopReason === null ? "" : ` (${row.stopReason})`;
  const ended: RunEventData[] =
    memory.active === null ? [] : [{ kind: "step.ended", step: ride.step.name, status: "stopped", result: "stopped" }];
  await ride.commit({ events: [...ended, end()], memory: { ...memory, active: null } });
  return ON;

  function end(): RunEventData {
    if (undone !== null) {
      const note = `Stopped${reason}. ${undone.outcome === "undone" ? `${ride.step.name} was put back as it was.` : undone.words}`;
      return { kind: "run.finished", outcome: undone.outcome, note };
    }
    if (row.isWithdrawn && memory.sent.length === 0) {
      return { kind: "run.finished", outcome: "refused", note: `The homeowner stopped it ${at}. Nothing was done.` };
    }
    const done = memory.sent.length === 0 ? "Nothing was done." : `Done before: ${memory.sent.join(", ")}.`;
    return { kind: "run.cancelled", by, note: `Stopped ${at}${reason}. ${done}` };
  }
}
