import {
  type Actor,
  CaretakerError,
  roleOf,
  type SiteId,
  type WatchAnswer,
  WatchRequest,
  type WatchSnapshot,
} from "@caretaker/protocol";
import type { HubState } from "../state/state.ts";
import type { Line } from "./line.ts";
import { problemOf } from "./problem.ts";
import type { Rooms } from "./rooms.ts";
import type { RunRooms, RunsReader } from "./run-rooms.ts";

export interface WatchingDeps {
  readonly state: Pick<HubState, "store" | "site" | "rows">;
  readonly rooms: Rooms;
  readonly runRooms: RunRooms;
  readonly runs: RunsReader;
  /** The actor as he is now, or null when he may not be here any more. */
  readonly stillAllowed: (actor: Actor) => Promise<Actor | null>;
  /** Whether the homeowner allows us to look at the home, for good. */
  readonly mayView: (siteId: SiteId) => Promise<boolean>;
  readonly log: { warn(fields: object, message: string): void };
  readonly now: () => Date;
}

const MOST_ROOMS = 250;

/** Answers a `watch`. The answer is given in the same turn in which the line enters the room, so no delta overtakes it. */
export async function watch(
  deps: WatchingDeps,
  line: Line,
  raw: unknown,
  answer: (answer: WatchAnswer) => void,
): Promise<void> {
  try {
    const request = parseRequest(raw);
    await judge(deps, line);
    const key = keyOf(request);
    if (!line.rooms.has(key) && line.rooms.size >= MOST_ROOMS)
      throw new CaretakerError(
        "too_many_requests",
        `One connection watches at most ${MOST_ROOMS} rooms. Leave some first.`,
      );
    line.rooms.get(key)?.leave();
    const snapshot = await ENTER[request.room](deps, line, request as never, key);
    if (line.isClosed) line.leaveAll();
    else answer({ ok: true, snapshot });
  } catch (error) {
    if (!(error instanceof CaretakerError)) deps.log.warn({ error }, "A room could not be entered.");
    answer({ ok: false, problem: problemOf(error) });
  }
}

export async function unwatch(deps: WatchingDeps, line: Line, raw: unknown): Promise<boolean> {
  const request = WatchRequest.safeParse(raw);
  if (!request.success) return false;
  await judge(deps, line).catch(() => {});
  const membership = line.rooms.get(keyOf(request.data));
  membership?.leave();
  return membership !== undefined;
}

function parseRequest(raw: unknown): WatchRequest {
  const parsed = WatchRequest.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new CaretakerError("invalid_input", "There is no such room. A room is the fleet, a site or a run.", {
    fields: parsed.error.issues.slice(0, 10).map(({ path, message }) => ({ path: path.join("."), message })),
  });
}

export function keyOf(request: WatchRequest): string {
  if (request.room === "fleet") return "fleet";
  return request.room === "site" ? `site ${request.siteId}` : `run ${request.runId}`;
}

/** Whoever was signed out or shut out since is shown the door with the first thing they say. */
async function judge({ stillAllowed, now }: WatchingDeps, line: Line): Promise<void> {
  const actor = await stillAllowed(line.actor);
  if (actor === null || roleOf(actor) === null) {
    line.close({ reason: "session_expired", at: now().toISOString() });
    throw new CaretakerError("not_signed_in", "You are not signed in any more. Sign in again.");
  }
  line.actor = actor;
}

type Of<R extends WatchRequest["room"]> = Extract<WatchRequest, { room: R }>;
type Enter<R extends WatchRequest["room"]> = (
  deps: WatchingDeps,
  line: Line,
  request: Of<R>,
  key: string,
) => Promise<WatchSnapshot>;

const ENTER: { readonly [R in WatchRequest["room"]]: Enter<R> } = { fleet: enterFleet, site: enterSite, run: enterRun };

async function enterFleet(
  { state, rooms, runs }: WatchingDeps,
  line: Line,
  request: Of<"fleet">,
  key: string,
): Promise<WatchSnapshot> {
  const active = await runs.active();
  await line.drained();
  const number = rooms.enterFleet(line);
  keep(line, key, request, () => rooms.leaveFleet(line));
  return { room: "fleet", epoch: rooms.epoch, number, sites: state.rows(), runs: active };
}

async function enterSite(deps: WatchingDeps, line: Line, request: Of<"site">, key: string): Promise<WatchSnapshot> {
  const { state, rooms, runs } = deps;
  const { siteId } = request;
  const ofSite = await runs.ofSite(siteId);
  await line.drained();
  const isAllowed = await mayViewStill(deps, siteId);
  const site = state.store.sites.get(siteId);
  if (site === undefined) throw new CaretakerError("not_found", "There is no such site.");
  if (!isAllowed)
    throw new CaretakerError(
      "consent_missing",
      "The homeowner does not allow looking at this home. Ask for the scope `view`.",
    );
  const number = rooms.enterSite(site, line);
  keep(line, key, request, () => rooms.leaveSite(siteId, line));
  const view = state.site(siteId);
  if (view === undefined) throw new CaretakerError("not_found", "There is no such site.");
  return { room: "site", siteId, epoch: rooms.epoch, number, ...view, runs: ofSite };
}

/** Asks until nothing was withdrawn while the answer was on its way: what is withdrawn later finds the line in the room. */
async function mayViewStill({ rooms, mayView }: WatchingDeps, siteId: SiteId): Promise<boolean> {
  for (;;) {
    const before = rooms.withdrawals;
    const isAllowed = await mayView(siteId);
    if (before === rooms.withdrawals) return isAllowed;
  }
}

async function enterRun(
  { rooms, runRooms }: WatchingDeps,
  line: Line,
  request: Of<"run">,
  key: string,
): Promise<WatchSnapshot> {
  await line.drained();
  const entered = await runRooms.enter(request.runId, request.since, line);
  if (entered === undefined) throw new CaretakerError("not_found", "There is no such run.");
  keep(line, key, request, () => runRooms.leave(request.runId, line));
  return { room: "run", epoch: rooms.epoch, ...entered };
}

function keep(line: Line, key: string, request: WatchRequest, leave: () => void): void {
  line.rooms.set(key, {
    request,
    leave: () => {
      line.rooms.delete(key);
      leave();
    },
  });
}
