import { type ActionName, type CapabilityInput, CaretakerError } from "@caretaker/protocol";
import { words } from "../words.ts";
import type { HomeFollower } from "./follower.ts";
import { homeKey, roomKey } from "./normalise.ts";
import { type PATHS, refusalIn, resultIn } from "./schema.ts";

/** Scenes of other kinds may lock or open something, or do what nobody has said. */
const SCENES: ReadonlySet<string> = new Set(["lighting", "shade", "daylight", "media", "climate"]);

/** What will be sent: a path of ours with a number in it that was looked up, and no body. */
type Path = `/mediarooms/${number}/power/off` | `/scenes/recall/${number}`;

type Acts = {
  readonly [N in ActionName]?: (from: HomeFollower, input: CapabilityInput<N>) => Promise<Path | undefined>;
};

/** Locks and alarms have commands too. They are not here. */
const acts: Acts = {
  "room.off": async (from, { room }) => {
    const { mediaRooms = [] } = await from.look(["mediaRooms"]);
    const found = mediaRooms.filter(({ roomId }) => roomId !== undefined && roomKey(roomId) === room);
    if (found.length !== 1) throw new CaretakerError("step_failed", words.noMedia);
    return `/mediarooms/${found[0]?.id ?? Number.NaN}/power/off`;
  },

  "macro.run": async (from, { macro }) => {
    const { scenes = [] } = await from.look(["scenes"]);
    const scene = scenes.find(({ id }) => `${homeKey(id)}.scene` === macro);
    if (scene === undefined) throw new CaretakerError("step_failed", words.noSuch("scene"));
    if (!SCENES.has((scene.type ?? "").toLowerCase()))
      throw new CaretakerError("step_failed", words.notThatScene(scene.name ?? "", scene.type ?? "no"));
    return `/scenes/recall/${scene.id}`;
  },

  "entity.refresh": async (from, { entity }) => {
    const collections = collectionsOf(entity);
    if (collections === undefined) throw new CaretakerError("step_failed", words.noSuch("entity"));
    await from.look(collections);
    return undefined;
  },
};

/** Where the rows are that an entity was made of. */
export function collectionsOf(entity: string) {
  const suffix = /^home-(?:media-)?\d{1,15}\.([a-z-]+)$/.exec(entity)?.[1];
  return suffix === undefined || !Object.hasOwn(SOURCES, suffix) ? undefined : SOURCES[suffix as keyof typeof SOURCES];
}

const SOURCES = {
  light: ["devices", "lights"],
  shade: ["devices", "shades"],
  climate: ["devices", "thermostats"],
  presence: ["devices", "sensors"],
  door: ["devices", "sensors"],
  "light-level": ["devices", "sensors"],
  battery: ["devices", "sensors"],
  media: ["mediaRooms"],
  scene: ["scenes"],
  lock: ["devices"],
  alarm: ["devices"],
  thing: ["devices", "sensors"],
} as const satisfies Readonly<Record<string, readonly (keyof typeof PATHS)[]>>;

export function isOfHome(capability: string): capability is keyof typeof acts & ActionName {
  return Object.hasOwn(acts, capability);
}

/** Does one thing, once. `step_failed`: nothing happened. Any other error: nobody knows, unless `meta.isSent` is false. */
export async function actOnHome(from: HomeFollower, capability: keyof typeof acts, input: unknown): Promise<void> {
  const plan = acts[capability] as (from: HomeFollower, input: unknown) => Promise<Path | undefined>;
  // What fails here failed before anything was sent. It also renews a key that is over, which a command never does.
  const path = await plan(from, input).catch((error: unknown) => {
    if (!(error instanceof CaretakerError)) throw error;
    throw new CaretakerError(error.code, error.message, { cause: error, meta: { ...error.meta, isSent: false } });
  });
  if (path === undefined) return;
  const { status, body } = await from.client.post(path);
  from.lookSoon();
  const result = resultIn(body);
  const refusal = refusalIn(body);
  if (result.status === "success" && status < 400) return;
  if (result.status === "failure" || refusal !== undefined || (status >= 400 && status < 500) || status === 511)
    throw new CaretakerError("step_failed", words.homeSaidNo(result.said || refusal?.said || `HTTP ${status}`));
  throw new CaretakerError(
    "gateway_misbehaving",
    result.status === "partial" ? words.inPart(result.said) : words.homeNotConfirmed,
  );
}
