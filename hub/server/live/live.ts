import type { Server as HttpServer, IncomingHttpHeaders } from "node:http";
import {
  type Actor,
  CaretakerError,
  type ClientToServerEvents,
  type Clock,
  type PersonId,
  roleOf,
  type ServerToClientEvents,
  type SiteId,
} from "@caretaker/protocol";
import { Server, type Socket } from "socket.io";
import type { Announcements } from "../announcements.ts";
import type { HubState } from "../state/state.ts";
import { Allowance } from "./allowance.ts";
import { Line } from "./line.ts";
import { isOwnOrigin } from "./origin.ts";
import { Rooms } from "./rooms.ts";
import { RunRooms, type RunsReader } from "./run-rooms.ts";
import { unwatch, type WatchingDeps, watch } from "./watching.ts";

export interface LiveDeps {
  readonly server: HttpServer;
  /** Where our own pages come from, such as `http://localhost:4400`. */
  readonly origins: readonly string[];
  /** Who a handshake's headers say it is: a stranger where nobody is signed in. */
  readonly actorOf: (headers: IncomingHttpHeaders) => Promise<Actor>;
  /** The actor as he is now, or null when he may not be here any more. */
  readonly stillAllowed: (actor: Actor) => Promise<Actor | null>;
  /** Whether the standing consent of the site allows `view` now. */
  readonly mayView: (siteId: SiteId) => Promise<boolean>;
  readonly state: Pick<HubState, "store" | "site" | "rows">;
  readonly runs: RunsReader;
  readonly announcements: Announcements;
  readonly clock: Clock;
  readonly log: { warn(fields: object, message: string): void };
  /** Another one at each start of the hub, so that clients know that numbers began anew. */
  readonly epoch: string;
}

export interface Live {
  connections(): number;
  close(): Promise<void>;
}

const MOST_BYTES_IN = 16 * 1024;
const SWEEP_EVERY = 10_000;
const JUDGE_EVERY_SWEEPS = 3;
const STALLED_AFTER = 30_000;

type Closing = Parameters<ServerToClientEvents["live.closing"]>[0]["reason"];

/** Opens the live door on the hub's HTTP server. */
export function createLive(deps: LiveDeps): Live {
  const { state, announcements, clock, log, stillAllowed, mayView } = deps;
  const lines = new Set<Line>();
  const rooms = new Rooms({ store: state.store, clock, epoch: deps.epoch });
  const runRooms = new RunRooms({ runs: deps.runs, announcements, epoch: deps.epoch, log });
  const watching: WatchingDeps = { ...deps, rooms, runRooms, now: () => clock.now() };

  const io = new Server<ClientToServerEvents, ServerToClientEvents>(deps.server, {
    serveClient: false,
    maxHttpBufferSize: MOST_BYTES_IN,
    perMessageDeflate: false,
    httpCompression: false,
    connectTimeout: 10_000,
    allowRequest: (request, decide) => {
      const isOwn = isOwnOrigin(request, deps.origins);
      decide(isOwn ? null : "origin_refused", isOwn);
    },
  });

  io.use((socket, next) => {
    deps.actorOf(socket.handshake.headers).then(
      (actor) => {
        if (roleOf(actor) === null) return next(refusal());
        socket.data = { actor };
        next();
      },
      (error: unknown) => {
        log.warn({ error }, "Who opened a socket could not be told.");
        next(refusal());
      },
    );
  });

  io.on("connection", (socket) => {
    const line = new Line(socket as unknown as Socket, (socket.data as { actor: Actor }).actor, () =>
      clock.monotonic(),
    );
    lines.add(line);
    // What ended while the handshake was on its way did not find this line.
    judgeAgain(line, "session_expired").catch(() => closeLine(line, "not_allowed"));
    const allowance = new Allowance(clock);
    socket.use((_event, next) => {
      if (allowance.take()) next();
      else closeLine(line, "not_allowed");
    });
    socket.on("watch", (request, answer) => {
      if (typeof answer === "function") line.inTurn(() => watch(watching, line, request, answer));
    });
    socket.on("unwatch", (request, answer) => {
      line.inTurn(async () => {
        const ok = await unwatch(watching, line, request);
        if (typeof answer === "function") answer({ ok });
      });
    });
    socket.on("disconnect", () => {
      line.leaveAll();
      line.isClosed = true;
      lines.delete(line);
    });
  });

  const closeLine = (line: Line, reason: Closing): void => {
    line.close({ reason, at: clock.now().toISOString() });
    lines.delete(line);
  };
  const closeWhere = (reason: Closing, isMeant: (actor: Actor) => boolean): void => {
    for (const line of [...lines]) if (isMeant(line.actor)) closeLine(line, reason);
  };

  const judgeAgain = async (line: Line, reason: Closing): Promise<void> => {
    const actor = await stillAllowed(line.actor);
    if (actor === null || roleOf(actor) === null) closeLine(line, reason);
    else line.actor = actor;
  };
  const judgePerson = (personId: PersonId): void => {
    for (const line of [...lines])
      if (line.actor.kind === "person" && line.actor.id === personId)
        // Whoever cannot be judged is shown out: he may come back and be judged then.
        judgeAgain(line, "not_allowed").catch(() => closeLine(line, "not_allowed"));
  };
  const judgeRoom = async (siteId: SiteId): Promise<void> => {
    if (!(await mayView(siteId))) rooms.viewWithdrawn(siteId);
  };

  /** Of one home, or of all that somebody watches. What could not be judged is judged with the next sweep. */
  const judgeRooms = (siteId: SiteId | null): void => {
    for (const id of rooms.watched()) if (siteId === null || id === siteId) judgeRoom(id).catch(() => {});
  };

  let sweeps = 0;
  let cancelSweep = (): void => {};
  /** What announcements should have said already: a lost one costs half a minute, not a leak. */
  const sweep = (): void => {
    sweeps += 1;
    for (const line of [...lines]) {
      if (line.stalledFor() > STALLED_AFTER) closeLine(line, "not_allowed");
      else if (sweeps % JUDGE_EVERY_SWEEPS === 0) judgeAgain(line, "session_expired").catch(() => {});
    }
    if (sweeps % JUDGE_EVERY_SWEEPS === 0) judgeRooms(null);
    cancelSweep = clock.after(SWEEP_EVERY, sweep);
  };
  cancelSweep = clock.after(SWEEP_EVERY, sweep);

  const stops = [
    announcements.on("session.ended", ({ sessionId }) =>
      closeWhere("signed_out", (actor) => actor.kind === "person" && actor.sessionId === sessionId),
    ),
    announcements.on("person.changed", ({ personId, isDisabled }) => {
      if (isDisabled) closeWhere("not_allowed", (actor) => actor.kind === "person" && actor.id === personId);
      else judgePerson(personId);
    }),
    announcements.on("key.revoked", ({ keyId }) =>
      closeWhere("not_allowed", (actor) => actor.kind === "key" && actor.id === keyId),
    ),
    announcements.on("view.withdrawn", ({ siteId }) => rooms.viewWithdrawn(siteId)),
    announcements.on("view.told", ({ siteId }) => judgeRooms(siteId)),
    announcements.on("agent.changed", ({ siteId }) => rooms.agentChanged(siteId)),
    announcements.on("site.removed", ({ siteId }) => rooms.siteRemoved(siteId)),
  ];

  return {
    connections: () => lines.size,
    async close() {
      cancelSweep();
      for (const stop of stops) stop();
      closeWhere("shutting_down", () => true);
      rooms.close();
      runRooms.close();
      // Not io.close(): the HTTP server is not ours to close.
      io.engine.close();
    },
  };
}

function refusal(): Error {
  const error = new CaretakerError("not_signed_in", "Nobody is signed in here. Sign in first.");
  return Object.assign(new Error(error.message), { data: { code: error.code } });
}
