import type { Agent, OperationOutput, SiteId } from "@caretaker/protocol";
import { Button, Loader, Modal, Stack } from "@mantine/core";
import { mdiCheckCircle } from "@mdi/js";
import { useState } from "react";
import { useAction, useOperation } from "../../live/queries.ts";
import { Copyable } from "../../ui/Copyable.tsx";
import { useNow } from "../../ui/clock.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { QrCode } from "../../ui/QrCode.tsx";
import { words } from "../../words/en.ts";
import { duration } from "../../words/time.ts";
import { Fingerprint } from "./Fingerprint.tsx";

type Code = OperationOutput<"agent.pairing.make">;

/** The agent comes in within seconds of the code being typed; nobody wants to wait for more. */
const LOOK_EVERY_MS = 2000;

/** From the code to the fingerprint that two people compare, and to the home's yes. */
export default function PairAgent({ siteId, onClose }: { siteId: SiteId; onClose: () => void }) {
  const [code, setCode] = useState<Code | null>(null);
  const make = useAction("agent.pairing.make", { onDone: setCode });
  const { data, error } = useOperation("agent.get", { siteId }, { refetchInterval: LOOK_EVERY_MS });
  const agent = data?.agent ?? null;
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.agent.pair}
      size="lg"
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      <Stack>
        {agent !== null ? (
          <CameIn agent={agent} />
        ) : code === null ? (
          <p>{words.agent.pairText}</p>
        ) : (
          <ShownCode code={code} />
        )}
        <ErrorMessage error={make.error ?? error} />
        {agent === null ? (
          <MakeCode code={code} isBusy={make.isPending} onMake={() => make.mutate({ siteId })} />
        ) : null}
      </Stack>
    </Modal>
  );
}

function MakeCode({ code, isBusy, onMake }: { code: Code | null; isBusy: boolean; onMake: () => void }) {
  const now = useNow("fast");
  if (code !== null && Date.parse(code.expiresAt) > now) return null;
  return (
    <div>
      <Button loading={isBusy} onClick={onMake} data-autofocus>
        {code === null ? words.agent.makeCode : words.agent.anotherCode}
      </Button>
    </div>
  );
}

function ShownCode({ code: { code, link, expiresAt } }: { code: Code }) {
  const now = useNow("fast");
  const seconds = (Date.parse(expiresAt) - now) / 1000;
  if (seconds <= 0) return <p role="status">{words.agent.codeIsOver}</p>;
  return (
    <div className="agent-pairing">
      <QrCode text={link} label={words.agent.pairAlt} />
      <div className="agent-pairing-words">
        <p>{words.agent.pairText}</p>
        <dl className="agent-code">
          <dt>{words.agent.address}</dt>
          <dd>
            <Copyable text={new URL(link).origin} label={words.agent.copyAddress} />
          </dd>
          <dt>{words.agent.code}</dt>
          <dd>
            <Copyable text={code} label={words.agent.copyCode} />
          </dd>
        </dl>
        <p className="agent-waiting">
          <Loader size={16} aria-hidden="true" />
          <span role="status">{words.agent.waiting}</span>
          <span className="dim num">{words.agent.codeHolds(duration(seconds))}</span>
        </p>
      </div>
    </div>
  );
}

function CameIn({ agent }: { agent: Agent }) {
  return (
    <div aria-live="polite">
      {agent.confirmedAt === null ? (
        <Fingerprint fingerprint={agent.fingerprint} />
      ) : (
        <Notice tone="good" icon={mdiCheckCircle} title={words.agent.confirmed}>
          {words.agent.addGateway}
        </Notice>
      )}
    </div>
  );
}
