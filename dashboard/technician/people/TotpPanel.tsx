import type { Me } from "@caretaker/protocol";
import { Button, Group } from "@mantine/core";
import { mdiShieldAlertOutline, mdiShieldCheckOutline } from "@mdi/js";
import { useState } from "react";
import { Icon } from "../../ui/Icon.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { words } from "../../words/en.ts";
import { FactorEnrolment } from "../doors/FactorEnrolment.tsx";

/** The authenticator app as second factor. */
export function TotpPanel({ me }: { me: Me }) {
  const [isOpen, setOpen] = useState(false);
  const has = me.person.hasSecondFactor;
  return (
    <Panel title={words.factor.enrolTitle} text={words.factor.enrolText}>
      {isOpen ? (
        <FactorEnrolment onDone={() => setOpen(false)} />
      ) : (
        <Group>
          <span className="tag" data-tone={has ? "good" : "warn"}>
            <Icon path={has ? mdiShieldCheckOutline : mdiShieldAlertOutline} size={15} />
            {has ? words.people.factor : words.people.noFactor}
          </span>
          <Button size="xs" variant={has ? "default" : "filled"} onClick={() => setOpen(true)}>
            {has ? words.factor.renew : words.factor.setUp}
          </Button>
        </Group>
      )}
    </Panel>
  );
}
