import { CaretakerError } from "@caretaker/protocol";

export function noSuchSite(): CaretakerError {
  return new CaretakerError("not_found", "There is no such site.");
}
