import type { Illness, MendableIllness } from "@caretaker/protocol";

export const ILLNESS_WORDS: Record<Illness, string> = {
  integration_not_running: "Does not run",
  integration_silent: "Answers nothing",
  integration_half_silent: "Answers in part",
  integration_needs_sign_in: "Somebody has to sign in",
};

/** As a rule says it, after "when an integration". */
export const MENDABLE_WORDS: Record<MendableIllness, string> = {
  integration_silent: "runs, and nothing of it answers",
  integration_half_silent: "runs, and half of it or more does not answer",
  integration_not_running: "does not run",
};

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** Words of the page about what the hub finds, and begins, by itself. */
export const upkeepWords = {
  title: "Automatic runs",
  found: "Ill now",
  foundText: "What the hub found by itself, the longest first. It is over when the home itself says that it is well.",
  nothingFound: "Nothing is ill",
  nothingFoundText: "All integrations that the hub can see answer. What is behind a gateway that is away is not known.",
  nothingFoundHere:
    "All integrations of this site that the hub can see answer. What is behind a gateway that is away is not known.",
  wasFound: "Was ill",
  well: "well",
  for: (name: string, site: string) => `${name} in ${site}`,
  fired: (rule: string) => `by “${rule}”`,
  rules: "What begins by itself",
  rulesText:
    "Once for each finding, and not again for the same thing before it has cooled down. Homeowners are asked as always.",
  noRules: "Nothing begins by itself",
  noRulesText: "Somebody can let a runbook begin when something has been ill for a while.",
  make: "Make a rule",
  change: "Change",
  changeOf: (name: string) => `Change ${name}`,
  remove: "Remove",
  removeOf: (name: string) => `Remove ${name}`,
  removeTitle: (name: string) => `Remove the rule “${name}”?`,
  removeText: "Nothing begins by it any more. What it has begun goes on.",
  isOn: "On",
  isOff: "Off",
  isPaused: "Held back",
  answers: (who: string) => `${who} answers for it`,
  runs: (count: number) => (count === 0 ? "has begun nothing yet" : `has begun ${plural(count, "run", "runs")}`),
  when: (minutes: number, domain: string | null, homes: number | null) =>
    `After ${plural(minutes, "minute", "minutes")}, ${domain === null ? "any integration" : domain}, ${
      homes === null ? "every home" : plural(homes, "home", "homes")
    }`,
  name: "What is it called?",
  nameExample: "Bridges that hang",
  runbook: "Which runbook?",
  illnesses: "When an integration",
  minutes: "For how many minutes?",
  domain: "Of which kind?",
  domainText: "Such as hue. Empty: of any kind.",
  homes: "In which homes?",
  everyHome: "Every home",
  coolDown: "How many hours until it may begin again for the same thing?",
  atNight: "Also in the quiet hours of a home",
  on: "Switched on",
  answersFor: "You answer for what it begins: it counts as yours, and pauses when you may not fix any more.",
  save: "Save the rule",
} as const;
