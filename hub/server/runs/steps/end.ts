import { type EndStep, inLanguage, type RunEventData } from "@caretaker/protocol";
import { ON, type Ride, type Turn } from "../ride.ts";
import { beginUndoing } from "./undo.ts";

/** Ends the run; `undone` first takes back what this run did, newest first. */
export async function advanceEnd(ride: Ride, step: EndStep): Promise<Turn> {
  if (step.outcome === "undone" && ride.memory.sent.length > 0) {
    return beginUndoing(ride, [...ride.memory.sent].reverse(), "end");
  }
  await ride.commit({ events: endEvents(ride, step, step.outcome) });
  return ON;
}

export function endEvents(ride: Ride, step: EndStep, outcome: EndStep["outcome"], more = ""): RunEventData[] {
  const note = [step.note === null ? "" : inLanguage(step.note, "en"), more].filter((words) => words !== "").join(" ");
  const { status } = ride.row;
  return [
    ...(status === "waiting_for_timer" ? [{ kind: "run.resumed" as const, after: status, why: "It is decided." }] : []),
    { kind: "step.ended", step: step.name, status: "ended", result: outcome },
    {
      kind: "run.finished",
      outcome,
      ...(note === "" ? {} : { note }),
      ...(step.tell === null ? {} : { tell: inLanguage(step.tell, "en") }),
    },
  ];
}
