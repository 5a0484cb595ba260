import "./ledger.css";
import type { ListedEntry } from "@caretaker/protocol";
import { useState } from "react";
import { Since } from "../../ui/Since.tsx";
import { actorKind, actorName } from "../../words/actors.ts";
import { words } from "../../words/en.ts";
import { LEDGER_WORDS } from "../../words/ledger.ts";
import { dayAndTime } from "../../words/time.ts";

/** Ledger entries as sentences; a press shows what is written and sealed. */
export function LedgerRows({ entries }: { entries: readonly ListedEntry[] }) {
  return (
    <ol className="ledger">
      {entries.map((entry) => (
        <LedgerRow key={`${entry.chain} ${entry.number}`} entry={entry} />
      ))}
    </ol>
  );
}

function LedgerRow({ entry }: { entry: ListedEntry }) {
  const [isOpen, setOpen] = useState(false);
  const kind = actorKind(entry.actor);
  return (
    <li className="ledger-entry">
      <button type="button" className="ledger-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="ledger-number num">{entry.number}</span>
        <span className="ledger-event">{LEDGER_WORDS[entry.event]}</span>
        <span className="ledger-actor">
          {entry.name ?? actorName(entry.actor)}
          {kind === null ? null : <span className="tag">{kind}</span>}
        </span>
        <Since moment={entry.at} isAgo />
      </button>
      {isOpen ? <LedgerDetails entry={entry} /> : null}
    </li>
  );
}

function LedgerDetails({ entry }: { entry: ListedEntry }) {
  return (
    <div className="ledger-details">
      <p className="dim">{dayAndTime(entry.at)}</p>
      {entry.erasedAt === null ? (
        <dl className="facts">
          {Object.entries(entry.payload ?? {}).map(([name, value]) => (
            <div key={name} className="facts-row">
              <dt>{name}</dt>
              <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p>{words.ledger.erased(dayAndTime(entry.erasedAt))}</p>
      )}
      <p className="ledger-hash">
        <span className="dim">{words.ledger.hash}</span> <code>{entry.hash}</code>
      </p>
    </div>
  );
}
