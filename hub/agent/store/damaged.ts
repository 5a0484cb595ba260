import { CaretakerError } from "@caretaker/protocol";

/** What the agent keeps cannot be read: it does not start, since it would not know what the home had forbidden. */
export function damaged(where: string, cause: unknown): CaretakerError {
  return new CaretakerError(
    "data_directory_unusable",
    `What the agent keeps is damaged: ${where} cannot be read. Put the folder back from a backup; or empty it, and pair this home anew.`,
    { cause },
  );
}
