import { type ReactNode, useId } from "react";

interface PanelProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly text?: string;
  readonly children: ReactNode;
  /** Lists bring their own padding. */
  readonly isFlush?: boolean;
}

/** A titled part of a page. */
export function Panel({ title, aside, text, children, isFlush = false }: PanelProps) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id} data-flush={isFlush || undefined}>
      <header className="panel-head">
        <h2 className="panel-title" id={id}>
          {title}
        </h2>
        {aside === undefined ? null : <div className="panel-aside">{aside}</div>}
      </header>
      {text === undefined ? null : <p className="panel-text">{text}</p>}
      <div className="panel-body">{children}</div>
    </section>
  );
}
