import { type EndStep, inLanguage } from "@caretaker/protocol";
import { ON, type Ride, type Turn } from "../ride.ts";
import { resumed } from "../waiting.ts";
import { beginUndoing } from "./undo.ts";

/** Ends the runbook in which it stands; `undone` first takes back what that did, newest first, with what it used. */
export async function advanceEnd(ride: Ride, step: EndStep): Promise<Turn> {
  const { prefix } = ride.plan.frameOf(step.name);
  const own = ride.memory.sent.filter((place) => place.startsWith(prefix));
  if (step.outcome === "undone" && own.length > 0) return beginUndoing(ride, own.reverse(), "end");
  await endWith(ride, step, step.outcome);
  return ON;
}

export function endWith(ride: Ride, step: EndStep, outcome: EndStep["outcome"], more = ""): Promise<void> {
  const note = [step.note === null ? "" : inLanguage(step.note, "en"), more].filter((words) => words !== "").join(" ");
  return ride.goOn({
    events: [
      ...resumed(ride, "It is decided."),
      { kind: "step.ended", step: step.name, status: "ended", result: outcome },
    ],
    results: {},
    to: { outcome },
    last: {
      ...(note === "" ? {} : { note }),
      ...(step.tell === null ? {} : { tell: inLanguage(step.tell, "en") }),
    },
  });
}
