import type { RunDetails } from "@caretaker/protocol";
import { useEffect, useRef, useState } from "react";
import { runLook } from "../../ui/looks.ts";
import { stepLook } from "./Timeline.tsx";
import type { TimelineStep } from "./timeline.ts";

const AT_MOST_EVERY_MS = 5000;
const URGENT: ReadonlySet<string> = new Set(["not_fixed", "unclear", "refused", "needs_visit"]);

/** Tells people who do not see the timeline how it goes: at most once in five seconds, and at once when it went wrong. */
export function Announcer({ run, current }: { run: RunDetails; current: TimelineStep | null }) {
  const look = runLook(run);
  const text = run.finishedAt === null && current ? `${current.title}: ${stepLook(current).word}` : look.word;
  const isUrgent = run.outcome !== null && URGENT.has(run.outcome);
  const [said, setSaid] = useState("");
  const saidAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, saidAt.current + AT_MOST_EVERY_MS - Date.now());
    const timer = setTimeout(() => {
      saidAt.current = Date.now();
      setSaid(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <>
      <p className="visually-hidden" role="status">
        {isUrgent ? "" : said}
      </p>
      <p className="visually-hidden" role="alert">
        {isUrgent ? look.word : ""}
      </p>
    </>
  );
}
