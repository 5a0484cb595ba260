import type { ChooseStep } from "@caretaker/protocol";
import { measurementWords } from "../../runbooks/expect.ts";
import { ON, type Ride, type Turn } from "../ride.ts";

/** The first case that is not false decides; when that one cannot be told, nothing is chosen. */
export async function advanceChoose(ride: Ride, step: ChooseStep): Promise<Turn> {
  const now = ride.now();
  for (const [index, { when, branch }] of step.cases.entries()) {
    const { met, measurements } = await ride.judge(when, now);
    if (met === false) continue;
    const because = measurementWords(measurements, met);
    if (met === null) {
      await ride.finishStep("unknown", "unknown", {
        events: [{ kind: "step.decided", step: step.name, branch: "unknown", because }],
      });
      return ON;
    }
    const name = `case ${index + 1}`;
    await ride.finishStep("chosen", name, {
      events: [{ kind: "step.decided", step: step.name, branch: name, because }],
      to: ride.plan.into(step, branch),
    });
    return ON;
  }
  await ride.finishStep("chosen", "else", {
    events: [{ kind: "step.decided", step: step.name, branch: "else", because: "No case holds." }],
    to: ride.plan.into(step, step.else),
  });
  return ON;
}
