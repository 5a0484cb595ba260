import type { RolloutHomeStatus, RolloutStatus } from "@caretaker/protocol";

export const ROLLOUT_STATUS_WORDS: Record<RolloutStatus, string> = {
  working: "Working",
  paused: "Waits for you",
  halted: "Halted",
  stopped: "Stopped",
  finished: "Finished",
};

export const ROLLOUT_HOME_WORDS: Record<RolloutHomeStatus, string> = {
  planned: "Has its turn later",
  started: "Begun",
  skipped: "Left out",
};

const homes = (count: number): string => (count === 1 ? "1 home" : `${count} homes`);

/** Words of the pages on which one runbook is run in several homes. */
export const rolloutWords = {
  title: "Several homes",
  begin: "Run in several homes",
  empty: "Nothing was run in several homes yet",
  emptyText: "One runbook, many homes: first in one, then in five, then in a quarter of the whole at a time.",
  all: "Rollouts",
  number: (number: number) => `ROLLOUT-${number}`,
  of: (who: string) => `begun by ${who}`,
  counts: (well: number, all: number) => `${well} of ${homes(all)} ended well`,
  newTitle: "One runbook in several homes",
  runbook: "Which runbook?",
  looks: "What does it concern?",
  looksText:
    "Every home calls its own things differently, so say what they are like. A home takes part that has exactly one.",
  choice: (label: string, count: number) => `${label}, in ${homes(count)}`,
  homes: "Which homes?",
  searching: "Looking through all homes…",
  able: (count: number) => `${homes(count)} can take part`,
  unable: (count: number) => `${homes(count)} cannot take part now`,
  none: "No home can take part now.",
  every: "All of them",
  search: "Find a home",
  waves: "In which order?",
  wavesText: (waves: readonly number[]) => `${waves.map(homes).join(", then ")}.`,
  second:
    "From the second wave on these are more homes than one person may act in alone: a second person is asked then.",
  consent: "Each home is asked as always: a rollout allows nothing by itself.",
  reason: "Why?",
  reasonText: "Homeowners read this.",
  reasonExample: "Hue bridges of this version stop answering",
  haltAfter: "Halt after how many homes that do not end well?",
  goesOn: "Go on by itself while every home ends well",
  goesOnText: "Otherwise somebody says so after each wave. Where a second person is needed, it always waits.",
  start: (count: number) => `Begin with 1 of ${homes(count)}`,
  progress: "How far it is",
  wave: (wave: number) => `Wave ${wave}`,
  waveNow: (wave: number, of: number) => `Wave ${wave} of ${of}`,
  next: (wave: number, count: number) => `Begin wave ${wave}: ${homes(count)}`,
  nextTitle: (wave: number) => `Begin wave ${wave}?`,
  nextText: (count: number) =>
    `The runbook is begun in ${homes(count)} more. Each home is asked for what it has not allowed.`,
  nextSecond: "So many homes need a second person: they read what you ask for, and it begins when they agree.",
  nextWhy: "Why can it go on?",
  nextAsk: "Ask a second person",
  nextBegin: "Begin the wave",
  waits: "The next wave waits for a second person.",
  waitsLink: "See what was asked",
  stop: "Stop",
  stopTitle: "Stop this rollout?",
  stopText: "It is begun in no further home. What was done stays done.",
  stopRuns: "Also stop the runs that go on, each at its next safe point",
  stopWhy: "Why?",
  stopAct: "Stop the rollout",
  tally: {
    well: "ended well",
    ill: "did not end well",
    open: "go on",
    notDone: "left out",
    planned: "later",
  },
  runOf: (number: number, site: string) => `RUN-${number} in ${site}`,
} as const;
