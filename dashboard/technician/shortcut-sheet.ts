const STORE = "caretaker.single-keys";
const listeners = new Set<() => void>();
let isOpen = false;
let isOn = localStorage.getItem(STORE) !== "off";

function tell(): void {
  for (const listener of listeners) listener();
}

/** Whether the sheet of shortcuts is open, and whether single keys work at all: kept in this browser. */
export const shortcutSheet = {
  isOpen: (): boolean => isOpen,
  isOn: (): boolean => isOn,
  listen: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  setOpen(next: boolean): void {
    isOpen = next;
    tell();
  },
  setOn(next: boolean): void {
    isOn = next;
    localStorage.setItem(STORE, next ? "on" : "off");
    tell();
  },
};

export const showShortcuts = (): void => shortcutSheet.setOpen(true);
