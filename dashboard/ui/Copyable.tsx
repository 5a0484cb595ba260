import { CopyButton, Tooltip } from "@mantine/core";
import { mdiCheck, mdiContentCopy } from "@mdi/js";
import { words } from "../words/en.ts";
import { Icon } from "./Icon.tsx";

/** Something to hand on, with a button that copies it. */
export function Copyable({ text, label, shown }: { text: string; label?: string; shown?: string }) {
  return (
    <span className="copyable">
      <code>{shown ?? text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? words.common.copied : (label ?? words.common.copy)}>
            <button type="button" className="icon-button" onClick={copy} aria-label={label ?? words.common.copy}>
              <Icon path={copied ? mdiCheck : mdiContentCopy} size={15} />
            </button>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}
