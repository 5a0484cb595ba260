import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A group of processes that may have so much memory together, text and files that they read first included. */
export interface SmallBox {
  /** Whoever writes its own number here is in it. */
  readonly door: string;
  /** How many were ended for want of memory. */
  ended(): number;
  close(): void;
}

const GROUPS = "/sys/fs/cgroup/memory";

/** Null where this machine lets nobody make one: it needs root and the memory controller of Linux' first cgroups. */
export function openSmallBox(megabytes: number): SmallBox | null {
  const group = join(GROUPS, `caretaker-measure-${process.pid}`);
  try {
    mkdirSync(group);
    writeFileSync(join(group, "memory.limit_in_bytes"), String(megabytes * 1024 * 1024));
  } catch {
    return null;
  }
  return {
    door: join(group, "cgroup.procs"),
    ended: () => Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(group, "memory.oom_control"), "utf8"))?.[1] ?? 0),
    close: () => rmdirSync(group),
  };
}
