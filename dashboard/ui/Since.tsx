import { words } from "../words/en.ts";
import { age, dayAndTime } from "../words/time.ts";
import { useNow } from "./clock.ts";

interface SinceProps {
  readonly moment: string | null;
  /** The home's zone: the exact moment is then said in the home's own time. */
  readonly timeZone?: string;
  /** `12 min ago` rather than `12 min`. */
  readonly isAgo?: boolean;
}

/** How long ago, moving by itself; the exact moment for whoever points at it. */
export function Since({ moment, timeZone, isAgo = false }: SinceProps) {
  const now = useNow();
  if (moment === null) return <span className="since">{words.common.never}</span>;
  const old = age(now - Date.parse(moment));
  return (
    <time className="since" dateTime={moment} title={exact(moment, timeZone)}>
      {isAgo ? words.common.ago(old) : old}
    </time>
  );
}

function exact(moment: string, timeZone: string | undefined): string {
  if (timeZone === undefined) return dayAndTime(moment);
  return words.common.atTheHome(dayAndTime(moment, timeZone), timeZone);
}
