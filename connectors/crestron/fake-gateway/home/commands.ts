import type { FakeHome } from "./server.ts";

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | string | Buffer;
}

/** A command, and what comes of it. Paths are compared without regard to case, as live systems do. */
export function answerCommand(home: FakeHome, path: string, body: string): Answer {
  const change = changeOf(home, path, body);
  const version = "2.000.0004";
  if (change === undefined) return { status: 200, body: { description: "Crestron Pyng REST API", version } };
  if (typeof change === "string")
    return { status: home.knobs.failedStatus, body: { status: "failure", errorMessage: change, version } };
  const { commands, failedStatus, commandsDoNothing } = home.knobs;
  if (commands !== "success") {
    const said = { errorMessage: "Devices did not answer.", errorDevices: [20, 101] };
    return { status: failedStatus, body: { status: commands, ...said, version } };
  }
  home.acts.push(path);
  if (!commandsDoNothing) change();
  return { status: 200, body: { status: "success", version } };
}

/** What a command would do, why it cannot, or undefined where there is no such path. */
function changeOf(home: FakeHome, path: string, body: string): (() => void) | string | undefined {
  const { house } = home;
  const [, what = "", second = "", third, fourth] = path.split("/");
  const rowOf = (collection: "scenes" | "doorLocks" | "mediaRooms", id: string | undefined) =>
    house[collection].find((one) => one.id === Number(id));
  if (path === "/lights/setstate") return setAll(home, "lights", "level", body);
  if (path === "/shades/setstate") return setAll(home, "shades", "position", body);
  if (what === "scenes" && second === "recall") {
    const scene = rowOf("scenes", third);
    if (scene === undefined) return `Scene with Id ${third} has not found in the system.`;
    return () => {
      scene.status = true;
    };
  }
  if (what === "doorlocks" && (second === "lock" || second === "unlock")) {
    const lock = rowOf("doorLocks", third);
    if (lock === undefined) return `Door lock with Id ${third} has not found in the system.`;
    return () => {
      lock.status = `${second === "lock" ? "L" : "Unl"}ocked`;
    };
  }
  if (what === "mediarooms" && third === "power") {
    const room = rowOf("mediaRooms", second);
    if (room === undefined) return `Media room with Id ${second} has not found in the system.`;
    return () => {
      room.currentPowerState = fourth ?? "off";
      if (fourth === "off") room.currentProviderId = undefined;
    };
  }
  return undefined;
}

/** `{"lights":[{"id":10,"level":65535}]}`; ids also come as text. */
function setAll(home: FakeHome, collection: "lights" | "shades", field: string, body: string): (() => void) | string {
  let wanted: { id: unknown; [field: string]: unknown }[];
  try {
    wanted = (JSON.parse(body) as Record<string, typeof wanted>)[collection] ?? [];
  } catch {
    return "Invalid data.";
  }
  return () => {
    for (const one of wanted) {
      const row = home.house[collection].find(({ id }) => id === Number(one.id));
      if (row !== undefined) row[field] = one[field];
    }
  };
}
