import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";

/** An empty list says what would be there, and has one button. */
export function EmptyState(props: { icon: string; title: string; text?: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon path={props.icon} size={26} />
      </span>
      <p className="empty-title">{props.title}</p>
      {props.text === undefined ? null : <p className="empty-text">{props.text}</p>}
      {props.children}
    </div>
  );
}
