import type { Me } from "@caretaker/protocol";
import { Menu, type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import {
  mdiAccountCircleOutline,
  mdiCheck,
  mdiKeyboardOutline,
  mdiLaptop,
  mdiLogout,
  mdiWeatherNight,
  mdiWhiteBalanceSunny,
} from "@mdi/js";
import { useNavigate } from "@tanstack/react-router";
import { auth } from "../live/auth.ts";
import { Icon } from "../ui/Icon.tsx";
import { words } from "../words/en.ts";
import { ROLE_WORDS } from "../words/states.ts";
import { showShortcuts } from "./Shortcuts.tsx";

export const THEMES: readonly (readonly [MantineColorScheme, string, string])[] = [
  ["light", words.shell.light, mdiWhiteBalanceSunny],
  ["dark", words.shell.dark, mdiWeatherNight],
  ["auto", words.shell.system, mdiLaptop],
];

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

export function initials(name: string): string {
  const parts = name.trim().split(/\s+/);
  return `${parts[0]?.[0] ?? ""}${parts.length > 1 ? (parts.at(-1)?.[0] ?? "") : ""}`.toUpperCase();
}

/** Leaves nothing of this person's homes in the page: it is loaded anew. */
export async function signOut(): Promise<void> {
  await auth.signOut().catch(() => {});
  location.assign("/sign-in");
}
