import type { Answer, RunDetails, RunEvent, RunEventData } from "@caretaker/protocol";

export type Question = Extract<RunEventData, { kind: "question.asked" }>;

/** The question that the run waits with, if it does. */
export function openQuestion(run: Pick<RunDetails, "status">, events: readonly RunEvent[]): Question | null {
  if (run.status !== "waiting_for_answer") return null;
  const last = events.findLast(({ data }) => data.kind === "question.asked" || data.kind === "question.answered");
  return last?.data.kind === "question.asked" ? last.data : null;
}

/** `needs_visit` as a person says it. */
export function answerWords(answer: Answer): string {
  return String(answer).replaceAll(/[_-]/g, " ");
}
