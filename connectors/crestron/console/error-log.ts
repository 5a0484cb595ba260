import { linesOf } from "./answers.ts";

/** One thing that the processor noted, at a moment of its own clock as if that were UTC, or since it started. */
export interface Noted {
  readonly level: "warning" | "error";
  readonly source: string;
  readonly message: string;
  readonly at: { readonly local: number } | { readonly uptime: number } | null;
}

const LEVELS: Readonly<Record<string, Noted["level"] | undefined>> = {
  warning: "warning",
  error: "error",
  fatal: "error",
};

/** `Level: source # 2026-09-26 08:00:00 # message` of a 4-Series; lines that go on below are left out. */
const PERSISTENT = /^(\w+):\s*(.*?)\s+#\s+(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s+#\s+(.*)$/;
/** ` 85. Warning: message` of a 2- and 3-Series, with its moment on the line below. */
const OLD = /^\s*\d+\.\s+(\w+):\s*(.*)$/;
const OLD_MOMENT = /UpTime:\s*(\d+)\s+days?\s+(\d+):(\d\d):(\d\d(?:\.\d+)?)(?:\s+Task:\s*(\S+))?/i;

export function errorLogIn(text: string): Noted[] {
  return notesIn(text).filter(isFault);
}

/** Anything that the processor noted; a notice has no level of ours. */
export type Note = Omit<Noted, "level"> & { readonly level: Noted["level"] | undefined };

export function isFault(note: Note): note is Noted {
  return note.level !== undefined;
}

export function notesIn(text: string): Note[] {
  const noted: Note[] = [];
  for (const line of linesOf(text)) {
    const persistent = PERSISTENT.exec(line.trim());
    const old = OLD.exec(line);
    const moment = OLD_MOMENT.exec(line);
    const last = noted.at(-1);
    if (persistent !== null) {
      const at = Date.parse(`${persistent[3]?.replace(" ", "T")}Z`);
      add(noted, persistent[1], persistent[2], persistent[4], Number.isNaN(at) ? null : { local: at });
    } else if (old !== null) add(noted, old[1], "", old[2], null);
    else if (moment !== null && last?.at === null) {
      const [days = 0, hours = 0, minutes = 0, seconds = 0] = moment.slice(1, 5).map(Number);
      const uptime = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
      noted[noted.length - 1] = { ...last, source: moment[5] ?? "", at: { uptime } };
    }
  }
  return noted;
}

function add(noted: Note[], level = "", source = "", message = "", at: Noted["at"]): void {
  noted.push({
    level: LEVELS[level.toLowerCase()],
    source: source.slice(0, 100),
    message: message.slice(0, 500),
    at,
  });
}
