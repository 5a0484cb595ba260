import { FAULTS, type Fault, type Fit } from "@caretaker/kit/faulty-line.ts";
import { accountDoor, controllerDoor } from "./lines/control4-door.ts";
import { homeDoor } from "./lines/home-door.ts";
import { httpDoor } from "./lines/http-door.ts";
import { panelDoor } from "./lines/panel-door.ts";
import { consoleDoor, crestronHomeDoor } from "./lines/processor-doors.ts";
import type { Effort, Figure } from "./measurement.ts";

/** When the fault begins. */
export const PHASES = ["connect", "auth", "idle", "mid-command", "mid-reply"] as const;
export type Phase = (typeof PHASES)[number];

export interface LineCase {
  readonly fit: Fit;
  readonly phase: Phase;
  /** Which of two things is asked, where something is. */
  readonly isAct: boolean;
}

/** What is wrong with what came of one case, in words; nothing where all is as it should be. */
export interface Verdict {
  readonly late: string | null;
  readonly wrong: string | null;
  readonly stuck: string | null;
  readonly timers: number;
  readonly lines: number;
}

export interface Door {
  readonly name: string;
  meet(one: LineCase): Promise<Verdict>;
}

const ALL: readonly Door[] = [
  homeDoor,
  controllerDoor,
  accountDoor,
  panelDoor,
  consoleDoor,
  crestronHomeDoor,
  httpDoor,
];

export const BAD_LINES_DOORS: readonly string[] = ALL.map(({ name }) => name);

/** Lets each fault of a line begin at each phase of what goes over it, through each door that leads out of the hub. */
export async function badLines({ isFull, say, isMeant }: Effort): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const door of ALL.filter(({ name }) => isMeant(name))) {
    const cases = isFull ? casesOf([0, 1, 2]) : casesOf([1]).filter((_, at) => at % 3 === 0);
    const found = { late: 0, wrong: 0, stuck: 0, timers: 0, lines: 0 };
    for (const one of cases) {
      const verdict = await door.meet(one);
      found.timers += verdict.timers;
      found.lines += verdict.lines;
      if (verdict.timers + verdict.lines > 0)
        say(
          `  ${door.name}, ${one.fit.fault} (${one.fit.strength}) at ${one.phase}: left ${verdict.timers} timers, ${verdict.lines} lines`,
        );
      for (const kind of ["late", "wrong", "stuck"] as const) {
        if (verdict[kind] === null) continue;
        found[kind] += 1;
        say(`  ${door.name}, ${one.fit.fault} (${one.fit.strength}) at ${one.phase}: ${kind}: ${verdict[kind]}`);
      }
    }
    say(`  ${door.name}: ${cases.length} cases`);
    const none = { atMost: 0 };
    figures.push(
      { name: `${door.name}: cases`, value: cases.length, unit: "", promise: { atLeast: isFull ? 135 : 15 } },
      { name: "  that were not over in their time", value: found.late, unit: "", promise: none },
      { name: "  that ended as they should not", value: found.wrong, unit: "", promise: none },
      { name: "  that did not come back on a good line", value: found.stuck, unit: "", promise: none },
      { name: "  timers left behind", value: found.timers, unit: "", promise: none },
      { name: "  lines left open", value: found.lines, unit: "", promise: none },
    );
  }
  return figures;
}

function casesOf(strengths: readonly number[]): LineCase[] {
  return strengths.flatMap((strength) =>
    FAULTS.flatMap((fault: Fault, at) =>
      PHASES.map((phase, place) => ({ fit: { fault, strength }, phase, isAct: (at + place + strength) % 2 === 0 })),
    ),
  );
}
