import "./more.css";
import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { mdiAccountCircleOutline, mdiLogout } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { Icon } from "../ui/Icon.tsx";
import { LiveBadge } from "../ui/LiveBadge.tsx";
import { Page } from "../ui/Page.tsx";
import { words } from "../words/en.ts";
import { ROLE_WORDS } from "../words/states.ts";
import { DESTINATIONS } from "./navigation.ts";
import { refusalOf, useMe } from "./session.ts";
import { signOut } from "./sign-out.ts";
import { THEMES } from "./themes.ts";

/** What does not fit into the bottom bar of a phone. */
export function MorePage() {
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const others = DESTINATIONS.filter((each) => !each.isMain && refusalOf(me, each.needs) === null);
  return (
    <Page title={me.person.name} aside={ROLE_WORDS[me.person.role]} width="narrow">
      <ul className="more-list">
        {others.map((each) => (
          <li key={each.to}>
            <Link to={each.to} className="more-link">
              <Icon path={each.icon} size={22} />
              {each.word}
            </Link>
          </li>
        ))}
        <li>
          <Link to="/account" className="more-link">
            <Icon path={mdiAccountCircleOutline} size={22} />
            {words.shell.account}
          </Link>
        </li>
        <li>
          <button type="button" className="more-link" onClick={() => void signOut()}>
            <Icon path={mdiLogout} size={22} />
            {words.shell.signOut}
          </button>
        </li>
      </ul>
      <SegmentedControl
        fullWidth
        aria-label={words.shell.theme}
        value={colorScheme}
        onChange={(next) => setColorScheme(THEMES.find(([scheme]) => scheme === next)?.[0] ?? "auto")}
        data={THEMES.map(([value, label]) => ({ value, label }))}
      />
      <div className="more-live">
        <LiveBadge />
      </div>
    </Page>
  );
}
