import type { Site } from "@caretaker/protocol";
import { mdiHandshakeOutline } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { useNow } from "../../ui/clock.ts";
import { Notice } from "../../ui/Notice.tsx";
import { words } from "../../words/en.ts";
import { dayAndTime } from "../../words/time.ts";
import { standingEnd } from "./standing-end.ts";

/** Says a month before what is allowed for good ends, and that it has ended. */
export function EndOfConsent({ site }: { site: Site }) {
  const end = standingEnd(site, useNow("fast"));
  if (end === null) return null;
  const when = dayAndTime(end.at, site.timeZone);
  return (
    <Notice tone={end.is === "over" ? "bad" : "warn"} icon={mdiHandshakeOutline}>
      {end.is === "over" ? words.consent.isOver(when) : words.consent.endsSoon(when)}{" "}
      <Link to="/sites/$siteId/consent" params={{ siteId: site.id }}>
        {words.consent.recordAnew}
      </Link>
    </Notice>
  );
}
