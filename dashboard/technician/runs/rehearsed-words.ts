import type { Rehearsed } from "@caretaker/protocol";
import { capabilityWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";
import { SCOPE_WORDS } from "../../words/states.ts";
import { dayAndTime } from "../../words/time.ts";

/** Whether a fix that was only said would be done, or who would be asked first. */
export function permissionText({
  permission,
  permissionWords,
  scope,
}: Pick<Rehearsed, "permission" | "permissionWords" | "scope">): string {
  const { rehearsal } = words;
  switch (permission) {
    case "standing":
      return rehearsal.standing(SCOPE_WORDS[scope]);
    case "asked":
      return rehearsal.asked(permissionWords);
    case "later":
      return rehearsal.later(dayAndTime(permissionWords));
    case "refused":
      return rehearsal.refused(permissionWords);
    default:
      return permission satisfies never;
  }
}

/** One fix in a line: what, to what, and whether it may. */
export function wishText(
  wish: Pick<Rehearsed, "capability" | "targetName" | "permission" | "permissionWords" | "scope">,
): string {
  return words.rehearsal.line(capabilityWords(wish.capability), wish.targetName, permissionText(wish));
}
