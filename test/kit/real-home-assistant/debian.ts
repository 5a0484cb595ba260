import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { command, InstallError, say } from "./command.ts";
import { partOf, removeParts } from "./parts.ts";

const PACKAGES = (python: string): string => [python, `${python}-venv`, "ca-certificates"].join();
// What makes the network work for pip, as it does outside.
const SETTINGS = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/pip.conf",
  "/etc/ssl/certs/ca-certificates.crt",
  join(homedir(), ".config", "pip", "pip.conf"),
  join(homedir(), ".pip", "pip.conf"),
];

/** Makes a small Debian with this Python in `folder`, to be entered with chroot. Only root can. */
export async function makeDebian(folder: string, suites: readonly string[], python: string): Promise<void> {
  await haveDebootstrap();
  const part = partOf(folder);
  for (const suite of suites) {
    say(`making a small Debian ${suite} with ${python} (about a minute)`);
    try {
      await command(debootstrap(suite, part, python), {
        tries: 3,
        before: () => clear(folder),
      });
      break;
    } catch (error) {
      if (suite === suites.at(-1)) throw error;
      say(`${suite} would not do: ${(error as Error).message.split("\n").at(-1)}`);
    }
  }
  await command(["chroot", part, "apt-get", "clean"]);
  for (const file of SETTINGS.filter((file) => existsSync(file))) {
    mkdirSync(dirname(part + file), { recursive: true });
    rmSync(part + file, { force: true });
    copyFileSync(file, part + file);
  }
  renameSync(part, folder);
}

/** What debootstrap had mounted when it was interrupted must go first, or the machine's own files would be removed. */
async function clear(folder: string): Promise<void> {
  const mounted = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "");
  const within = mounted.filter((path) => path.startsWith(`${folder}.part`)).reverse();
  for (const path of within) await command(["umount", "--lazy", path]);
  removeParts(folder);
}

async function haveDebootstrap(): Promise<void> {
  if (existsSync("/usr/sbin/debootstrap")) return;
  if (!existsSync("/usr/bin/apt-get"))
    throw new InstallError("debootstrap is needed to make a small Debian: install it");
  say("installing debootstrap");
  await command(["apt-get", "update", "-q"], { tries: 3 });
  await command(["apt-get", "install", "-y", "-q", "--no-install-recommends", "debootstrap"], { tries: 3 });
}

function debootstrap(suite: string, folder: string, python: string): readonly string[] {
  const arguments_ = ["--variant=minbase", `--include=${PACKAGES(python)}`, suite, folder];
  const mirror = findMirror();
  // An older debootstrap does not know the newer suites, though they are made in the same way as sid.
  const script = existsSync(`/usr/share/debootstrap/scripts/${suite}`) ? [] : ["/usr/share/debootstrap/scripts/sid"];
  if (script.length > 0 && !mirror) return ["debootstrap", ...arguments_, "http://deb.debian.org/debian", ...script];
  return ["debootstrap", ...arguments_, ...(mirror ? [mirror] : []), ...script];
}

/** The Debian mirror that this machine itself uses, where it is a Debian. */
function findMirror(): string | undefined {
  if (!existsSync("/etc/debian_version") || !/^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8")))
    return undefined;
  const folder = "/etc/apt/sources.list.d";
  const files = existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
  for (const file of ["/etc/apt/sources.list", ...files].filter((file) => existsSync(file))) {
    const mirror = /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S+\/debian\/?)(?:\s|$)/m.exec(readFileSync(file, "utf8"));
    if (mirror?.[1]) return mirror[1];
  }
  return undefined;
}
