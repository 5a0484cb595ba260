import type { ReactNode } from "react";

/** Source with line numbers; colours for comments, keys and references, enough to read it aloud. */
export function Yaml({ source }: { source: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre className="yaml" tabIndex={0}>
      {source
        .trimEnd()
        .split("\n")
        .map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
          <code key={at} className="yaml-line">
            {coloured(line)}
            {"\n"}
          </code>
        ))}
    </pre>
  );
}

const PART = /(#.*$)|(^\s*(?:- )?[\w-]+(?=:(?:\s|$)))|(\$[\w.-]+)/g;
const CLASSES = ["yaml-comment", "yaml-key", "yaml-reference"] as const;

function coloured(line: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let last = 0;
  for (const match of line.matchAll(PART)) {
    const kind = CLASSES[match.slice(1).findIndex((group) => group !== undefined)];
    parts.push(line.slice(last, match.index));
    parts.push(
      <span key={match.index} className={kind}>
        {match[0]}
      </span>,
    );
    last = match.index + match[0].length;
  }
  parts.push(line.slice(last));
  return parts;
}
