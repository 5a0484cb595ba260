import { words } from "../../words/en.ts";

/** Big enough to be read to somebody on the telephone: the one moment in which a person tells an agent from an impostor. */
export function Fingerprint({ fingerprint }: { fingerprint: string }) {
  return (
    <div className="agent-fingerprint">
      <p className="agent-fingerprint-title">{words.agent.compare}</p>
      <output aria-label={words.agent.fingerprint}>{fingerprint}</output>
      <p>{words.agent.compareText}</p>
    </div>
  );
}
