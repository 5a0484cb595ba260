/** A page is awaited: its code, or what it shows, is on its way. */
let isAwaited = false;

/** Moves the focus to the title of the page that was gone to, now or as soon as it is there. */
export function arrive(content: HTMLElement | null): void {
  isAwaited = !focusTitle(content);
}

/** Called by a page when it appears. */
export function appeared(): void {
  if (isAwaited) isAwaited = !focusTitle(document.getElementById("content"));
}

function focusTitle(content: HTMLElement | null): boolean {
  const title = content?.querySelector("h1");
  title?.focus({ preventScroll: true });
  return title !== null && title !== undefined;
}
