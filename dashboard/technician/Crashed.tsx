import { Button } from "@mantine/core";
import { mdiCompassOffOutline, mdiHeartBroken } from "@mdi/js";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorMessage } from "../ui/ErrorMessage.tsx";
import { words } from "../words/en.ts";

/** A page that threw: the rest of the dashboard stays. */
export function Crashed({ error, reset }: { error: unknown; reset?: () => void }) {
  return (
    <main className="page" data-width="narrow">
      <h1 className="visually-hidden">{words.shell.crashed}</h1>
      <EmptyState icon={mdiHeartBroken} title={words.shell.crashed} text={words.shell.crashedText}>
        <Button onClick={() => (reset ? reset() : location.reload())}>{words.shell.reload}</Button>
      </EmptyState>
      <ErrorMessage error={error} />
    </main>
  );
}

export function NotFound() {
  return (
    <main className="page" data-width="narrow">
      <h1 className="visually-hidden">{words.shell.notFound}</h1>
      <EmptyState icon={mdiCompassOffOutline} title={words.shell.notFound} text={words.shell.notFoundText}>
        <Button component="a" href="/">
          {words.shell.toSites}
        </Button>
      </EmptyState>
    </main>
  );
}
