import type { RunDelta, RunDetails, RunEvent, RunId, RunSummary } from "@caretaker/protocol";
import type { Announcements } from "../announcements.ts";
import type { Line } from "./line.ts";

export interface RunsReader {
  /** Runs that are not over, of all sites. */
  active(): Promise<RunSummary[]>;
  /** A site's runs that are not over, and the newest that are. */
  ofSite(siteId: RunSummary["siteId"]): Promise<RunSummary[]>;
  details(runId: RunId): Promise<RunDetails | undefined>;
  /** The log from the first event after `number`, in order. */
  eventsSince(runId: RunId, number: number): Promise<RunEvent[]>;
}

export interface RunRoomsDeps {
  readonly runs: RunsReader;
  readonly announcements: Announcements;
  readonly epoch: string;
  readonly log: { warn(fields: object, message: string): void };
}

interface Stepped {
  readonly run: RunSummary;
  readonly events: readonly RunEvent[];
}

interface RunRoom {
  readonly lines: Set<Line>;
  /** Lines that read the log so far; they are told what happens meanwhile together with it. */
  readonly entering: Set<Stepped[]>;
  number: number;
  /** The last event that was told; a gap after it is filled from the database. */
  lastEvent: number;
}

/** Rooms of single runs: their log is replayed out of the database, from the number a client has. */
export class RunRooms {
  readonly #deps: RunRoomsDeps;
  readonly #rooms = new Map<RunId, RunRoom>();
  readonly #stop: () => void;

  constructor(deps: RunRoomsDeps) {
    this.#deps = deps;
    this.#stop = deps.announcements.on("run.stepped", ({ runId, run, events }) =>
      this.#stepped(runId, { run, events }),
    );
  }

  /** Reads the run and puts the line into its room. Undefined when there is no such run. */
  async enter(
    runId: RunId,
    since: number,
    line: Line,
  ): Promise<{ run: RunDetails; events: RunEvent[]; number: number } | undefined> {
    const room = this.#rooms.get(runId) ?? { lines: new Set(), entering: new Set(), number: 0, lastEvent: 0 };
    this.#rooms.set(runId, room);
    const meanwhile: Stepped[] = [];
    room.entering.add(meanwhile);
    try {
      const run = await this.#deps.runs.details(runId);
      if (run === undefined) return undefined;
      const events = await this.#deps.runs.eventsSince(runId, since);
      for (const stepped of meanwhile)
        events.push(...stepped.events.filter(({ number }) => number > (events.at(-1)?.number ?? since)));
      const latest = meanwhile.at(-1)?.run;
      const lastEvent = events.at(-1)?.number ?? run.lastEvent;
      room.lastEvent = Math.max(room.lastEvent, lastEvent);
      room.lines.add(line);
      return { run: { ...run, ...latest, lastEvent }, events, number: room.number };
    } finally {
      room.entering.delete(meanwhile);
      this.#dropIfEmpty(runId, room);
    }
  }

  leave(runId: RunId, line: Line): void {
    const room = this.#rooms.get(runId);
    if (room === undefined) return;
    room.lines.delete(line);
    this.#dropIfEmpty(runId, room);
  }

  close(): void {
    this.#stop();
  }

  #dropIfEmpty(runId: RunId, room: RunRoom): void {
    if (room.lines.size === 0 && room.entering.size === 0) this.#rooms.delete(runId);
  }

  #stepped(runId: RunId, stepped: Stepped): void {
    const room = this.#rooms.get(runId);
    if (room === undefined) return;
    for (const meanwhile of room.entering) meanwhile.push(stepped);
    if (room.lines.size === 0) return;
    const first = stepped.events[0]?.number ?? 0;
    if (first <= room.lastEvent + 1) this.#tell(room, runId, stepped);
    else this.#tellWhatIsMissing(room, runId, stepped.run);
  }

  /** An announcement was lost: the log itself is whole. */
  #tellWhatIsMissing(room: RunRoom, runId: RunId, run: RunSummary): void {
    const { runs, log } = this.#deps;
    runs.eventsSince(runId, room.lastEvent).then(
      (events) => this.#tell(room, runId, { run, events }),
      (error: unknown) => log.warn({ error, runId }, "The log of a run could not be read for those who watch it."),
    );
  }

  #tell(room: RunRoom, runId: RunId, { run, events }: Stepped): void {
    const news = events.filter(({ number }) => number > room.lastEvent);
    room.lastEvent = news.at(-1)?.number ?? room.lastEvent;
    room.number += 1;
    const delta: RunDelta = { epoch: this.#deps.epoch, number: room.number, runId, run, events: news };
    for (const line of room.lines) line.say("run.stepped", delta);
  }
}
