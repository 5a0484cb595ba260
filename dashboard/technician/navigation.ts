import type { OperationName } from "@caretaker/protocol";
import {
  mdiAccountGroupOutline,
  mdiAccountMultipleCheckOutline,
  mdiArchiveOutline,
  mdiBookOpenPageVariantOutline,
  mdiCardAccountDetailsOutline,
  mdiEmailOutline,
  mdiHomeGroup,
  mdiHomeGroupPlus,
  mdiKeyOutline,
  mdiNotebookCheckOutline,
  mdiPlayBoxOutline,
  mdiRobotOutline,
  mdiSnowflake,
} from "@mdi/js";
import { words } from "../words/en.ts";

export interface Destination {
  readonly to:
    | "/"
    | "/runs"
    | "/runbooks"
    | "/messages"
    | "/ledger"
    | "/clients"
    | "/people"
    | "/keys"
    | "/backups"
    | "/automatic-runs"
    | "/rollouts"
    | "/second-person"
    | "/freeze";
  readonly word: string;
  readonly icon: string;
  /** Shown to those who may call this. */
  readonly needs: OperationName;
  /** In the bottom bar of a phone; the others are below "More". */
  readonly isMain: boolean;
}

export const DESTINATIONS: readonly Destination[] = [
  { to: "/", word: words.shell.sites, icon: mdiHomeGroup, needs: "site.list", isMain: true },
  { to: "/runs", word: words.shell.runs, icon: mdiPlayBoxOutline, needs: "run.list", isMain: true },
  {
    to: "/runbooks",
    word: words.shell.runbooks,
    icon: mdiBookOpenPageVariantOutline,
    needs: "runbook.list",
    isMain: true,
  },
  { to: "/automatic-runs", word: words.shell.upkeep, icon: mdiRobotOutline, needs: "rule.list", isMain: false },
  { to: "/rollouts", word: words.shell.rollouts, icon: mdiHomeGroupPlus, needs: "rollout.list", isMain: false },
  {
    to: "/second-person",
    word: words.shell.secondPerson,
    icon: mdiAccountMultipleCheckOutline,
    needs: "approval.list",
    isMain: false,
  },
  { to: "/freeze", word: words.shell.freeze, icon: mdiSnowflake, needs: "freeze.list", isMain: false },
  { to: "/messages", word: words.shell.outbox, icon: mdiEmailOutline, needs: "outbox.list", isMain: false },
  { to: "/ledger", word: words.shell.ledger, icon: mdiNotebookCheckOutline, needs: "ledger.list", isMain: false },
  {
    to: "/clients",
    word: words.shell.clients,
    icon: mdiCardAccountDetailsOutline,
    needs: "client.list",
    isMain: false,
  },
  { to: "/people", word: words.shell.people, icon: mdiAccountGroupOutline, needs: "person.list", isMain: false },
  { to: "/keys", word: words.shell.keys, icon: mdiKeyOutline, needs: "key.list", isMain: false },
  { to: "/backups", word: words.shell.backups, icon: mdiArchiveOutline, needs: "backup.list", isMain: false },
];
