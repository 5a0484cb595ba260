import type { RunEvent } from "@caretaker/protocol";

/** What happened, as a line or two for a terminal; nothing for what only machines want to know. */
export function eventLine({ at, data }: RunEvent): string[] {
  const lines = linesOf(data);
  const time = at.slice(11, 19);
  return lines.map((line, index) => `${index === 0 ? time : " ".repeat(time.length)}  ${line}`);
}

function linesOf(data: RunEvent["data"]): string[] {
  switch (data.kind) {
    case "step.read": {
      const measured = data.measurements.map(
        ({ field, value, unit, expected }) =>
          `  ${field}: ${JSON.stringify(value)}${unit === undefined ? "" : ` ${unit}`} (expected ${expected})`,
      );
      return [`${data.step}: ${data.capability} ${data.result}${data.error ? `: ${data.error}` : ""}`, ...measured];
    }
    case "step.decided":
      return [`${data.step}: ${data.branch}: ${data.because}`];
    case "step.ended":
      return [`${data.step}: ${data.status}${data.to === undefined ? "" : `, goes on to ${data.to}`}`];
    case "fix.rehearsed":
      return [
        `${data.step}: would do ${data.capability} to ${data.targetName}, at most ${data.tries} times`,
        `  noticed: ${data.felt ?? "nothing"}`,
        `  consent: ${data.permission === "later" ? "would wait until" : `${data.permission}:`} ${data.permissionWords}`,
        `  taken back by: ${data.undo ?? `nothing: ${data.irreversible ?? ""}`}`,
      ];
    case "fix.intended":
      return [`${data.step}: ${data.capability}, try ${data.attempt}, permitted by ${data.consent}`];
    case "fix.sent":
      return [`${data.step}: sent, done after ${data.milliseconds} ms`];
    case "fix.failed":
      return [`${data.step}: failed: ${data.error}`];
    case "fix.uncertain":
      return [`${data.step}: not certain: ${data.why}`];
    case "fix.refused":
      return [`${data.step}: not sent: ${data.message}`];
    case "question.asked": {
      const answers = typeof data.answers === "string" ? `a ${data.answers}` : data.answers.join(" or ");
      return [`${data.step}: ${data.say} (${answers}; answer by ${data.answerBy}, on the run's page)`];
    }
    case "question.answered":
      return [`${data.step}: ${data.answer}, says ${data.by}`];
    case "consent.asked":
      return [`${data.step}: asked ${data.sentTo}, answer by ${data.answerBy}`];
    case "consent.answered":
      return [
        `answered: ${data.answer}, by ${data.by}${data.window === undefined ? "" : `, from ${data.window.from} to ${data.window.to}`}`,
      ];
    case "run.waiting":
      return [`${data.for.replaceAll("_", " ")}: ${data.why}`];
    case "run.finished":
      return [`ended: ${data.outcome}${data.note === undefined ? "" : `: ${data.note}`}`];
    case "run.cancelled":
      return [`cancelled by ${data.by}${data.note === undefined ? "" : `: ${data.note}`}`];
    default:
      return [];
  }
}
