import { type ReactNode, useEffect } from "react";
import { words } from "../words/en.ts";
import { appeared } from "./arrival.ts";

interface PageProps {
  readonly title: string;
  /** Beside the title, such as how many there are. */
  readonly aside?: ReactNode;
  readonly actions?: ReactNode;
  /** Above the title: where one came from. */
  readonly above?: ReactNode;
  /** `narrow` for forms and reading, `wide` for tables. */
  readonly width?: "narrow" | "wide";
  readonly children: ReactNode;
}

/** One page: its title is the document's title and its first heading. */
export function Page({ title, aside, actions, above, width = "wide", children }: PageProps) {
  useTitle(title);
  useEffect(appeared, []);
  return (
    <div className="page" data-width={width}>
      {above}
      <header className="page-head">
        <h1 className="page-title" tabIndex={-1}>
          {title}
        </h1>
        {aside === undefined ? null : <span className="page-aside">{aside}</span>}
        {actions === undefined ? null : <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${words.product}`;
  }, [title]);
}
