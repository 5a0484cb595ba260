import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The Home Assistant versions that tests run against: the newest one, and the oldest one that we support. */
export type Version = "newest" | "2024.3";

export interface Release {
  /** The exact version of Home Assistant Core. */
  readonly core: string;
  /** Commands to try for a Python that it runs on, best first. */
  readonly pythons: readonly string[];
  /** The lowest Python it runs on, and the first one it does not run on any more. */
  readonly from: readonly [number, number, number];
  readonly below: readonly [number, number, number];
  /** Packages that are pinned otherwise than Home Assistant says, by name. */
  readonly instead: Readonly<Record<string, string>>;
  /** The Debian that brings such a Python where the machine has none; it needs root. */
  readonly debian?: { readonly suites: readonly string[]; readonly python: string };
}

export const releases: Readonly<Record<Version, Release>> = {
  newest: {
    core: "2026.11.0",
    pythons: ["python3.14", "python3"],
    from: [3, 14, 2],
    below: [3, 15, 0],
    // The versions that it names would have to be compiled; these come ready and have the same functions.
    instead: { "pymicro-vad": "2.1.0", "pyspeex-noise": "2.0.1" },
    // forky is the coming stable Debian, so it still has this Python when sid has moved on.
    debian: { suites: ["forky", "sid"], python: "python3.14" },
  },
  "2024.3": {
    core: "2024.3.3",
    pythons: ["python3.11", "python3.12", "/usr/bin/python3.11", "/usr/bin/python3.12", "python3"],
    from: [3, 11, 0],
    below: [3, 13, 0],
    // acme, which it does not pin, wants an older josepy.
    instead: { josepy: "1.15.0" },
  },
};

export const allVersions = Object.keys(releases) as readonly Version[];

/** Integrations whose Python packages are installed: what the test home loads, and what an installation always loads. */
export const integrations =
  "frontend recorder history logbook mobile_app assist_pipeline demo kitchen_sink template backup hassio system_health repairs " +
  "diagnostics hardware application_credentials network logger person image_upload";

/** The packages of a version, each pinned. Made by `install.ts lock`. */
export function lockOf(version: Version): string {
  return join(import.meta.dirname, "locks", `${version}.txt`);
}

/** Where everything is kept: `CARETAKER_HOME_ASSISTANT`, or a folder in the user's cache. */
export function cacheFolder(): string {
  return process.env.CARETAKER_HOME_ASSISTANT ?? join(homedir(), ".cache", "caretaker-home-assistant");
}

/** Where one version is installed, and how its Python is run: directly, or inside a Debian of its own. */
export class Installation {
  readonly version: Version;
  readonly folder: string;

  constructor(version: Version) {
    this.version = version;
    this.folder = join(cacheFolder(), version);
  }

  get release(): Release {
    return releases[this.version];
  }

  /** The folder of the small Debian, which exists only where the machine had no Python that would do. */
  get debian(): string {
    return join(this.folder, "debian");
  }

  /** The root of the files that its Python sees. */
  get root(): string {
    return existsSync(this.debian) ? this.debian : "/";
  }

  /** What tests may use: the virtual environment, templates and homes, all within `root`. */
  get space(): string {
    return existsSync(this.debian) ? join(this.debian, "opt", "caretaker") : this.folder;
  }

  get venv(): string {
    return join(this.space, "venv");
  }

  /** A path as the Python of this version sees it. */
  inside(path: string): string {
    return this.root === "/" ? path : path.slice(this.root.length);
  }

  /** The command line that runs `command` where this version's Python lives. */
  enter(command: readonly string[]): readonly string[] {
    return this.root === "/" ? command : ["chroot", this.root, ...command];
  }

  python(...args: readonly string[]): readonly string[] {
    return this.enter([join(this.inside(this.venv), "bin", "python"), ...args]);
  }

  /** Written last, and naming the packages that were installed, so that a new pin asks for a new installation. */
  get readyFile(): string {
    return join(this.space, "ready");
  }

  get readyMark(): string {
    return createHash("sha256")
      .update(readFileSync(lockOf(this.version)))
      .digest("hex");
  }

  isReady(): boolean {
    return existsSync(this.readyFile) && readFileSync(this.readyFile, "utf8") === this.readyMark;
  }
}
