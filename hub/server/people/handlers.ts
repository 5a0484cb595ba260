import type { PeopleDeps } from "./deps.ts";
import { invitationHandlers } from "./invitations.ts";
import { keyHandlers } from "./keys.ts";
import { personHandlers } from "./persons.ts";
import { sessionHandlers } from "./sessions.ts";
import { setupHandlers } from "./setup.ts";

/** Who can come in: setup, people and their invitations, sessions, API keys. */
export function peopleHandlers(deps: PeopleDeps) {
  return {
    ...setupHandlers(deps),
    ...personHandlers(deps),
    ...invitationHandlers(deps),
    ...sessionHandlers(deps),
    ...keyHandlers(deps),
  };
}
