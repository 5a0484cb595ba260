import type { Me } from "@caretaker/protocol";
import { Menu, useMantineColorScheme } from "@mantine/core";
import { mdiAccountCircleOutline, mdiCheck, mdiKeyboardOutline, mdiLogout } from "@mdi/js";
import { useNavigate } from "@tanstack/react-router";
import { Icon } from "../ui/Icon.tsx";
import { words } from "../words/en.ts";
import { ROLE_WORDS } from "../words/states.ts";
import { initials } from "./initials.ts";
import { showShortcuts } from "./Shortcuts.tsx";
import { signOut } from "./sign-out.ts";
import { THEMES } from "./themes.ts";

export function AccountMenu({ me }: { me: Me }) {
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="top-start" width={220} shadow="md">
      <Menu.Target>
        <button type="button" className="account-button">
          <span className="avatar" aria-hidden="true">
            {initials(me.person.name)}
          </span>
          <span className="account-who">
            <span className="account-name">{me.person.name}</span>
            <span className="account-role">{ROLE_WORDS[me.person.role]}</span>
          </span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<Icon path={mdiAccountCircleOutline} />}
          onClick={() => void navigate({ to: "/account" })}
        >
          {words.shell.account}
        </Menu.Item>
        <Menu.Item leftSection={<Icon path={mdiKeyboardOutline} />} onClick={showShortcuts}>
          {words.shell.help}
        </Menu.Item>
        <Menu.Label>{words.shell.theme}</Menu.Label>
        {THEMES.map(([scheme, word, icon]) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon path={icon} />}
            rightSection={scheme === colorScheme ? <Icon path={mdiCheck} size={15} /> : null}
            aria-current={scheme === colorScheme}
            onClick={() => setColorScheme(scheme)}
          >
            {word}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon path={mdiLogout} />} onClick={() => void signOut()}>
          {words.shell.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
