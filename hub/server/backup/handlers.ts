import type { Handlers } from "../http/handler.ts";
import type { Backups } from "./backups.ts";

type Names = "backup.list" | "backup.make" | "backup.download";

export function backupHandlers(backups: Backups): Pick<Handlers, Names> {
  return {
    "backup.list": () => backups.list(),
    "backup.make": () => backups.make("asked"),
    "backup.download": (_request, { actor }) => backups.download(actor),
  };
}
