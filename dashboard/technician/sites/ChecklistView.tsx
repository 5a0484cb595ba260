import type { ChecklistLine } from "@caretaker/protocol";
import { Button, Loader } from "@mantine/core";
import { mdiAlertCircle, mdiAlertOutline, mdiCheckCircle, mdiShieldAlertOutline } from "@mdi/js";
import { Icon } from "../../ui/Icon.tsx";
import { words } from "../../words/en.ts";
import { day } from "../../words/time.ts";
import type { Certificate, Checklist } from "./checklist.ts";

const FORMS = {
  running: ["busy", ""],
  ok: ["good", mdiCheckCircle],
  warning: ["warn", mdiAlertOutline],
  failed: ["bad", mdiAlertCircle],
} as const;

/** Each thing as it is found; a line that failed says what to do next. */
export function ChecklistView({
  checklist,
  onPin,
}: {
  checklist: Checklist;
  onPin: (certificate: Certificate) => void;
}) {
  return (
    <ol className="checklist" aria-live="polite">
      {checklist.lines.map((line) => (
        <Line key={`${line.door} ${line.step}`} line={line} onPin={onPin} />
      ))}
    </ol>
  );
}

function Line({ line, onPin }: { line: ChecklistLine; onPin: (certificate: Certificate) => void }) {
  const [tone, icon] = FORMS[line.status];
  return (
    <li className="checklist-line" data-tone={tone}>
      {line.status === "running" ? <Loader size={17} aria-hidden="true" /> : <Icon path={icon} size={19} />}
      <div>
        <p className="checklist-name">
          {line.door === undefined ? null : `${line.door}: `}
          {words.checklist.steps[line.step]}
          <span className="visually-hidden"> {words.checklist.statuses[line.status]}</span>
          {line.milliseconds === undefined ? null : <span className="checklist-time">{line.milliseconds} ms</span>}
        </p>
        <p className="checklist-detail">{line.detail}</p>
        {line.next === undefined ? null : <p className="checklist-next">{line.next}</p>}
        {line.status === "failed" && line.certificate ? (
          <CertificateShown certificate={line.certificate} onPin={onPin} />
        ) : null}
      </div>
    </li>
  );
}

interface CertificateProps {
  readonly certificate: Certificate;
  readonly onPin: (certificate: Certificate) => void;
}

/** A certificate nobody vouches for is trusted only when a person has compared its fingerprint and says yes. */
function CertificateShown({ certificate, onPin }: CertificateProps) {
  const isHostKey = certificate.isHostKey === true;
  return (
    <div className="certificate">
      <p>
        <Icon path={mdiShieldAlertOutline} size={17} />{" "}
        {isHostKey ? words.checklist.hostKey : words.checklist.certificate}
      </p>
      <dl className="facts">
        <dt>{isHostKey ? words.checklist.kind : words.checklist.subject}</dt>
        <dd>{certificate.subject}</dd>
        {isHostKey ? null : (
          <>
            <dt>{words.checklist.validTo}</dt>
            <dd>{Number.isNaN(Date.parse(certificate.validTo)) ? certificate.validTo : day(certificate.validTo)}</dd>
          </>
        )}
        <dt>{words.checklist.fingerprint}</dt>
        <dd className="mono fingerprint">{certificate.fingerprint256}</dd>
      </dl>
      <Button size="xs" variant="default" onClick={() => onPin(certificate)}>
        {isHostKey ? words.checklist.pinHostKey : words.checklist.pin}
      </Button>
    </div>
  );
}
