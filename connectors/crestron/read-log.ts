import { type CapabilityOutput, CaretakerError, type Clock, withoutSecrets } from "@caretaker/protocol";
import { offsetOf, refusalIn, uptimeIn } from "./console/answers.ts";
import { type Note, type Noted, notesIn } from "./console/error-log.ts";
import type { Follower } from "./follower.ts";
import { words } from "./words.ts";

const MOST_ENTRIES = 200;

type MomentOf = (at: Note["at"]) => number | null;

/** The log as it is now, and how its moments are ours. */
export async function readLog(from: Follower, clock: Clock): Promise<{ notes: Note[]; momentOf: MomentOf }> {
  const uptime = uptimeIn(await from.client.type({ is: "uptime" }));
  const said = await from.client.type({ is: "log" }, 30);
  const notes = notesIn(said);
  // The lines of the log begin with "Error:" as the console's own no does.
  const no = notes.length === 0 && !/log contents/i.test(said) ? refusalIn(said) : undefined;
  if (no !== undefined) throw new CaretakerError("not_available_here", words.saidNo(no));
  const now = clock.now().getTime();
  const startedAt = uptime === undefined ? null : now - uptime.milliseconds;
  const offset = uptime === undefined ? null : offsetOf(uptime, now);
  const momentOf: MomentOf = (at) => {
    if (at === null) return null;
    if ("uptime" in at) return startedAt === null ? null : startedAt + at.uptime;
    return offset === null ? null : at.local - offset;
  };
  return { notes, momentOf };
}

/** What was said again and again is one line. Of what has no moment that is known nothing can be said. */
export function grouped(noted: readonly Noted[], momentOf: MomentOf): CapabilityOutput<"log.errors"> {
  const entries = new Map<string, CapabilityOutput<"log.errors">["entries"][number]>();
  const counted = { error: 0, warning: 0 };
  for (const { level, source, message, at } of noted) {
    const moment = momentOf(at);
    if (moment === null || !Number.isFinite(moment) || Math.abs(moment) > 8e15) continue;
    counted[level] += 1;
    const iso = new Date(moment).toISOString();
    const key = `${level} ${source} ${message}`;
    const known = entries.get(key);
    const firstAt = known?.firstAt ?? iso;
    const count = (known?.count ?? 0) + 1;
    entries.set(key, {
      level: level.toUpperCase(),
      source,
      message: withoutSecrets(message),
      count,
      firstAt,
      lastAt: iso,
    });
  }
  return { entries: [...entries.values()].slice(-MOST_ENTRIES), errors: counted.error, warnings: counted.warning };
}
