import type { LogEntry } from "@caretaker/protocol";
import { Since } from "../../ui/Since.tsx";
import { words } from "../../words/en.ts";
import "./log-entries.css";

/** What a gateway noted, one line each: how bad, what, from where, how often, and when last. */
export function LogEntries({ entries }: { entries: readonly LogEntry[] }) {
  return (
    <ul className="log-list">
      {entries.map((entry) => (
        <li key={`${entry.source} ${entry.message}`} className="log-entry" data-level={entry.level.toLowerCase()}>
          <span className="log-level">{entry.level.toLowerCase()}</span>
          <span className="log-message">
            {entry.message}
            <code className="log-source">{entry.source}</code>
          </span>
          <span className="log-count num">{entry.count > 1 ? words.log.times(entry.count) : ""}</span>
          <Since moment={entry.lastAt} isAgo />
        </li>
      ))}
    </ul>
  );
}
