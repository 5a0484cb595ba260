import type { ReactNode } from "react";
import { useTitle } from "../../ui/Page.tsx";
import { words } from "../../words/en.ts";

/** A page before one is in: a card in the middle, nothing around it. */
export function DoorPage({ title, wide = false, children }: { title: string; wide?: boolean; children: ReactNode }) {
  useTitle(title);
  return (
    <main className="door" data-wide={wide || undefined}>
      <div className="door-brand">
        <img src="/icon.svg" alt="" width={34} height={34} />
        <span>{words.product}</span>
      </div>
      <div className="door-card">
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
