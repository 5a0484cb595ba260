import type { RunEvent, RunEventData } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { AT, id } from "../../test-helpers.tsx";
import { answerWords, openQuestion } from "./question.ts";

const log = (...data: RunEventData[]): RunEvent[] =>
  data.map((each, at) => ({ runId: id(60), number: at + 1, at: AT, data: each }));

const asked = (step: string): RunEventData => ({
  kind: "question.asked",
  step,
  say: `What of ${step}?`,
  answers: ["lit", "dark"],
  answerBy: AT,
});
const answered = (step: string): RunEventData => ({
  kind: "question.answered",
  step,
  answer: "lit",
  by: "person:1 Kim",
});

describe("the question that is open", () => {
  it("is the last one that nobody answered, while the run waits for it", () => {
    const events = log(asked("light"), answered("light"), asked("fan"));

    expect(openQuestion({ status: "waiting_for_answer" }, events)).toMatchObject({ step: "fan" });
  });

  it("is none once it was answered, or when the run waits no more", () => {
    expect(openQuestion({ status: "waiting_for_answer" }, log(asked("light"), answered("light")))).toBeNull();
    expect(openQuestion({ status: "finished" }, log(asked("light")))).toBeNull();
  });

  it("is answered with words that a person says", () => {
    expect(answerWords("not_sure")).toBe("not sure");
    expect(answerWords(17.5)).toBe("17.5");
  });
});
