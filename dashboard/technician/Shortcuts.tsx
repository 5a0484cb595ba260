import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useSyncExternalStore } from "react";
import { shortcutSheet } from "./shortcut-sheet.ts";

const ShortcutSheet = lazy(() => import("./ShortcutSheet.tsx"));

const GO = { f: "/", r: "/runs", b: "/runbooks", l: "/ledger", m: "/messages" } as const;

function isTyping(target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement ? target : null;
  return Boolean(element?.closest("input, textarea, select, [contenteditable], [role=dialog], [role=listbox]"));
}

/** Single keys, outside of text fields only; they can be switched off (WCAG 2.1.4). */
export function Shortcuts() {
  const navigate = useNavigate();
  const isOpen = useSyncExternalStore(shortcutSheet.listen, shortcutSheet.isOpen);
  const isOn = useSyncExternalStore(shortcutSheet.listen, shortcutSheet.isOn);
  useEffect(() => {
    if (!isOn) return;
    let goAt = Number.NEGATIVE_INFINITY;
    const handleKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const destination = GO[event.key as keyof typeof GO];
      if (event.timeStamp - goAt < 1200 && destination) {
        goAt = Number.NEGATIVE_INFINITY;
        void navigate({ to: destination });
      } else if (event.key === "g") goAt = event.timeStamp;
      else if (event.key === "?") shortcutSheet.setOpen(true);
      else if (event.key === "n") void navigate({ to: "/sites/new" });
      else if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("input[type=search]");
        if (!search) return;
        event.preventDefault();
        search.focus();
      }
    };
    document.addEventListener("keydown", handleKey);
    return () => document.removeEventListener("keydown", handleKey);
  }, [isOn, navigate]);
  if (!isOpen) return null;
  return (
    <Suspense fallback={null}>
      <ShortcutSheet isOn={isOn} />
    </Suspense>
  );
}
