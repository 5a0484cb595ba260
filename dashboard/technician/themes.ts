import type { MantineColorScheme } from "@mantine/core";
import { mdiLaptop, mdiWeatherNight, mdiWhiteBalanceSunny } from "@mdi/js";
import { words } from "../words/en.ts";

export const THEMES: readonly (readonly [MantineColorScheme, string, string])[] = [
  ["light", words.shell.light, mdiWhiteBalanceSunny],
  ["dark", words.shell.dark, mdiWeatherNight],
  ["auto", words.shell.system, mdiLaptop],
];
