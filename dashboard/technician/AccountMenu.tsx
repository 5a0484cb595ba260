import type { Me } from "@caretaker/protocol";
import { useMantineColorScheme } from "@mantine/core";
import { mdiAccountCircleOutline, mdiCheck, mdiKeyboardOutline, mdiLogout } from "@mdi/js";
import { Link } from "@tanstack/react-router";
import { Icon } from "../ui/Icon.tsx";
import { Popup } from "../ui/Popup.tsx";
import { words } from "../words/en.ts";
import { ROLE_WORDS } from "../words/states.ts";
import { initials } from "./initials.ts";
import { showShortcuts } from "./shortcut-sheet.ts";
import { signOut } from "./sign-out.ts";
import { THEMES } from "./themes.ts";

/** Who is signed in, and what is theirs alone. */
export function AccountMenu({ me }: { me: Me }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const content = (
    <>
      <span className="avatar" aria-hidden="true">
        {initials(me.person.name)}
      </span>
      <span className="account-who">
        <span className="account-name">{me.person.name}</span>
        <span className="account-role">{ROLE_WORDS[me.person.role]}</span>
      </span>
    </>
  );
  return (
    <Popup button={{ className: "account-button", content }} label={words.shell.account} className="account-popup">
      {(close) => (
        <>
          <Link to="/account" className="popup-item" onClick={close}>
            <Icon path={mdiAccountCircleOutline} />
            {words.shell.account}
          </Link>
          <button
            type="button"
            className="popup-item"
            onClick={() => {
              close();
              showShortcuts();
            }}
          >
            <Icon path={mdiKeyboardOutline} />
            {words.shell.help}
          </button>
          <fieldset className="popup-group">
            <legend>{words.shell.theme}</legend>
            {THEMES.map(([scheme, word, icon]) => (
              <button
                key={scheme}
                type="button"
                className="popup-item"
                aria-pressed={scheme === colorScheme}
                onClick={() => setColorScheme(scheme)}
              >
                <Icon path={icon} />
                {word}
                {scheme === colorScheme ? <Icon path={mdiCheck} size={15} className="popup-check" /> : null}
              </button>
            ))}
          </fieldset>
          <button type="button" className="popup-item" onClick={() => void signOut()}>
            <Icon path={mdiLogout} />
            {words.shell.signOut}
          </button>
        </>
      )}
    </Popup>
  );
}
