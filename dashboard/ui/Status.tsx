import type { Health, Reason } from "@caretaker/protocol";
import { reasonWords } from "../words/reasons.ts";
import { Icon } from "./Icon.tsx";
import { HEALTH_LOOKS, type Look } from "./looks.ts";
import { Since } from "./Since.tsx";

/** A state as form, word and colour. `size="lg"` for the head of a page. */
export function Mark({ look, size = "md", word }: { look: Look; size?: "md" | "lg"; word?: string }) {
  return (
    <span className="mark" data-tone={look.tone} data-size={size}>
      <Icon path={look.icon} size={size === "lg" ? 22 : 17} />
      <span className="mark-word">{word ?? look.word}</span>
    </span>
  );
}

/** How a site or a device is doing, why, and since when: never one without the others. */
export function Status(props: {
  health: Health;
  reason: Reason;
  since: string;
  timeZone?: string;
  size?: "md" | "lg";
}) {
  const { health, reason, since, timeZone, size = "md" } = props;
  const why = reasonWords(reason);
  return (
    <span className="status" data-size={size}>
      <span className="status-head">
        <Mark look={HEALTH_LOOKS[health]} size={size} />
        <span className="status-since">
          <Since moment={since} {...(timeZone ? { timeZone } : {})} />
        </span>
      </span>
      <span className="status-reason" title={why}>
        {why}
      </span>
    </span>
  );
}
