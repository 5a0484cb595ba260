import { isCaretakerError } from "@caretaker/protocol";
import { Button } from "@mantine/core";
import { mdiAlertCircleOutline, mdiRefresh } from "@mdi/js";
import { words } from "../words/en.ts";
import { NEXT_STEPS } from "../words/reasons.ts";
import { Copyable } from "./Copyable.tsx";
import { Icon } from "./Icon.tsx";

/** What happened, what to do next, and a reference to hand on. */
export function ErrorMessage({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (error === null || error === undefined) return null;
  const known = isCaretakerError(error) ? error : null;
  const next = known ? NEXT_STEPS[known.code] : undefined;
  const reference = typeof known?.meta.requestId === "string" ? known.meta.requestId : null;
  return (
    <div className="error" role="alert">
      <Icon path={mdiAlertCircleOutline} size={20} className="error-icon" />
      <div className="error-body">
        <p className="error-text">{error instanceof Error ? error.message : words.errors.title}</p>
        {known && known.fields.length > 0 ? (
          <ul className="error-fields">
            {known.fields.map((field) => (
              <li key={`${field.path} ${field.message}`}>
                <b>{field.path}</b> {field.message}
              </li>
            ))}
          </ul>
        ) : null}
        {next === undefined ? null : <p className="error-next">{next}</p>}
        {reference === null ? null : (
          <p className="error-reference">
            {words.common.reference} <Copyable text={reference} label={words.errors.copyReference} />
          </p>
        )}
        {onRetry ? (
          <Button variant="default" size="xs" onClick={onRetry} leftSection={<Icon path={mdiRefresh} size={16} />}>
            {words.common.retry}
          </Button>
        ) : null}
      </div>
    </div>
  );
}
