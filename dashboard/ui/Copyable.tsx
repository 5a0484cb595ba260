import { mdiCheck, mdiContentCopy } from "@mdi/js";
import { useState } from "react";
import { words } from "../words/en.ts";
import { Icon } from "./Icon.tsx";

/** Something to hand on, with a button that copies it. */
export function Copyable({ text, label, shown }: { text: string; label?: string; shown?: string }) {
  const [isCopied, setCopied] = useState(false);
  const handleCopy = async (): Promise<void> => {
    await copy(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const word = label ?? words.common.copy;
  return (
    <span className="copyable">
      <code>{shown ?? text}</code>
      <button type="button" className="icon-button" onClick={() => void handleCopy()} aria-label={word} title={word}>
        <Icon path={isCopied ? mdiCheck : mdiContentCopy} size={15} />
      </button>
      <span className="visually-hidden" role="status">
        {isCopied ? words.common.copied : ""}
      </span>
    </span>
  );
}

/** The clipboard needs HTTPS or localhost; a hub on the office network may have neither. */
async function copy(text: string): Promise<void> {
  if (window.isSecureContext) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
