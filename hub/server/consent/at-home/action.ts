import type { ConsentAnswer } from "@caretaker/protocol";
import { TAP_PREFIX } from "@caretaker/protocol";

const ANSWERS = { allow: "A", another_time: "L", no: "N" } as const satisfies Record<ConsentAnswer, string>;

/** What a button of a question on a phone stands for. */
export interface TapAction {
  readonly answer: ConsentAnswer;
  readonly requestId: string;
  /** Of the proposal that the question was about. */
  readonly proposalCode: string;
  /** Known to the phone that was asked and to nobody else; it is not that of the link. */
  readonly secret: string;
}

export function actionOf({ answer, requestId, proposalCode, secret }: TapAction): string {
  return `${TAP_PREFIX}${ANSWERS[answer]}.${requestId}.${proposalCode}.${secret}`;
}

const ACTION = /^CARETAKER\.([ALN])\.([0-9a-f-]{36})\.([0-9a-f]{4}-[0-9a-f]{4})\.([A-Za-z0-9_-]{32})$/;

/** Null for what is not letter by letter one of our buttons. */
export function readAction(action: string): TapAction | null {
  const [, letter, requestId, proposalCode, secret] = ACTION.exec(action) ?? [];
  if (requestId === undefined || proposalCode === undefined || secret === undefined) return null;
  const answer = (Object.keys(ANSWERS) as ConsentAnswer[]).find((one) => ANSWERS[one] === letter);
  return answer === undefined ? null : { answer, requestId, proposalCode, secret };
}
