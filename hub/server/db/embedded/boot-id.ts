import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { uptime } from "node:os";
import { promisify } from "node:util";

/** Names the time since the machine was last started: another value means that it went down in between. */
export async function readBootId(): Promise<string> {
  switch (process.platform) {
    case "linux":
      return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    case "darwin":
      return (await promisify(execFile)("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"])).stdout.trim();
    default:
      // To ten minutes, since this is a difference of two clocks.
      return `since ${Math.round((Date.now() / 1000 - uptime()) / 600)}`;
  }
}
