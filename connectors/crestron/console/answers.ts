/** A line of the running log that came between the lines of an answer. */
const RUNNING_LOG = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \[\s*\d+\] \[\w+\]/;

/** The lines of an answer, without what has nothing to do with it. */
export function linesOf(text: string): string[] {
  return text
    .slice(0, 2_000_000)
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== "" && !RUNNING_LOG.test(line));
}

/** What the console says in place of an answer; it ends with status 0 all the same. */
const REFUSALS = [
  /bad (or|comm)|incomplete comm/i,
  /command not allowed|command blocked/i,
  /^\s*error\s*:/im,
  /\*\* specified app does not exist \*\*/i,
  /specified program\(\d+\) not registered/i,
];

/** The line in which the console says no, or undefined. */
export function refusalIn(text: string): string | undefined {
  return linesOf(text)
    .find((line) => REFUSALS.some((refusal) => refusal.test(line)))
    ?.trim()
    .slice(0, 200);
}

export interface Version {
  readonly model: string;
  readonly version: string | null;
}

/** `CP4 Cntrl Eng [v2.8001.00120 (Jan 21 2026), #8F3A21C0] @E-00107f112233` */
export function versionIn(text: string): Version | undefined {
  for (const line of linesOf(text)) {
    const match = /^(\S[^[]*?)\s+(?:Cntrl Eng\s+)?\[v?([\d.]+)/.exec(line.trim());
    if (match !== null) return { model: (match[1] ?? "").slice(0, 60), version: (match[2] ?? "").slice(0, 60) };
  }
  return undefined;
}

export function hostNameIn(text: string): string | undefined {
  if (refusalIn(text) !== undefined) return undefined;
  const last = linesOf(text).at(-1)?.split(/:\s*/).at(-1)?.trim();
  return last !== undefined && /^[\w.-]{1,63}$/.test(last) ? last : undefined;
}

export interface Uptime {
  readonly milliseconds: number;
  /** What its own clock showed when it started, as if that were UTC: its zone is not known. */
  readonly startedLocal: number | null;
}

/** Two lines: for how long, and since when. The moment is rounded and its day written in either order. */
export function uptimeIn(text: string): Uptime | undefined {
  const match = /running for\s+(\d{1,5})\s+days?\s+(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)/i.exec(text);
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(Number);
  const milliseconds = Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
  const started = /started on:\s*(?:\w+,\s*)?(.+?)\s+at\s+(\d{1,2}:\d{2}:\d{2})/i.exec(text);
  const at = started === null ? Number.NaN : Date.parse(`${started[1]} ${started[2]} UTC`);
  return { milliseconds, startedLocal: Number.isNaN(at) ? null : at };
}

/** How far the processor's own clock shows other than UTC, to the quarter of an hour. */
export function offsetOf({ milliseconds, startedLocal }: Uptime, now: number): number | null {
  if (startedLocal === null) return null;
  const quarter = 15 * 60_000;
  return Math.round((startedLocal + milliseconds - now) / quarter) * quarter;
}

export interface ProgramComments {
  readonly name: string;
  readonly file: string | null;
  /** As it is printed. Who compiled it is not kept. */
  readonly compiled: string | null;
}

/** Undefined for an empty slot: it answers without the block. */
export function commentsIn(text: string): ProgramComments | undefined {
  const said = new Map<string, string>();
  for (const line of linesOf(text)) {
    const match = /^([\w .]{3,40}?)\s*:\s*(.*)$/.exec(line.trim());
    if (match !== null) said.set((match[1] ?? "").toLowerCase(), (match[2] ?? "").trim().slice(0, 200));
  }
  if (!said.has("program boot directory")) return undefined;
  const file = said.get("program file") || null;
  const name = said.get("friendly name") || said.get("system name") || said.get("application name") || file;
  return { name: name ?? "Program", file, compiled: said.get("compiled on") || null };
}

/** `62 percent of memory in use` */
export function memoryIn(text: string): number | undefined {
  const match = /(\d{1,3})\s+percent of memory in use/i.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/**
 * How far a clock is off, in seconds, beyond whole quarters of an hour: those may be its time zone. What `timedate` prints
 * is in no source, so any time of day in it is taken, and null where there is none or more than one.
 */
export function driftIn(text: string, now: number): number | null {
  const times = [...text.matchAll(/(?<![\d:.])(\d{1,2}):(\d{2}):(\d{2})(?![\d:])/g)];
  const [hours = 99, minutes = 99, seconds = 99] = times[0]?.slice(1).map(Number) ?? [];
  if (times.length !== 1 || hours > 23 || minutes > 59 || seconds > 59) return null;
  const quarter = 15 * 60;
  const off = (((minutes * 60 + seconds - Math.round(now / 1000)) % quarter) + quarter) % quarter;
  return off > quarter / 2 ? off - quarter : off;
}
