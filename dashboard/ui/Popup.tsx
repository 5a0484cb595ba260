import { type ReactNode, useId, useRef } from "react";

interface PopupProps {
  /** What the button shows; `className` and what else belongs to it. */
  readonly button: { readonly className: string; readonly content: ReactNode; readonly state?: string };
  readonly label: string;
  readonly className?: string;
  readonly children: (close: () => void) => ReactNode;
}

/** A button that opens something small beside it. The browser's own popover: Escape and a press elsewhere close it. */
export function Popup({ button, label, className, children }: PopupProps) {
  const id = useId();
  const popup = useRef<HTMLDivElement>(null);
  return (
    <>
      <button type="button" className={button.className} data-state={button.state} popoverTarget={id}>
        {button.content}
      </button>
      <div
        ref={popup}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={label}
        className={className ? `popup ${className}` : "popup"}
      >
        {children(() => popup.current?.hidePopover())}
      </div>
    </>
  );
}
