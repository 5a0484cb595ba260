import { z } from "zod";

/** What can be answered to a question: one of these words, a number, or some text. */
export const QuestionAnswers = z.union([z.array(z.string()).readonly(), z.enum(["number", "text"])]);
export type QuestionAnswers = z.infer<typeof QuestionAnswers>;

/** The word that was chosen, the number, or the text. */
export const Answer = z.union([z.string().trim().min(1).max(1000), z.number()]);
export type Answer = z.infer<typeof Answer>;
