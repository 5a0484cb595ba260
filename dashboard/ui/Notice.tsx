import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";
import type { Tone } from "./looks.ts";

/** Something to know before going on. */
export function Notice(props: { tone: Tone; icon: string; title?: string; children: ReactNode }) {
  return (
    <div className="notice" data-tone={props.tone}>
      <Icon path={props.icon} size={20} />
      <div>
        {props.title === undefined ? null : <p className="notice-title">{props.title}</p>}
        <div>{props.children}</div>
      </div>
    </div>
  );
}
