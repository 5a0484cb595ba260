/**
 * Installs the real Home Assistants that tests run against.
 *
 *     node install.ts [newest] [2024.3]     both when none is named; what is there already is left alone
 *     node install.ts lock VERSION          resolves the packages of a version anew and rewrites its lock
 *
 * It goes into ~/.cache/caretaker-home-assistant, or where CARETAKER_HOME_ASSISTANT says. Interrupted, it goes on where
 * it was: each part is made under another name and renamed when it is whole.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { command, InstallError, say } from "./command.ts";
import { makeDebian } from "./debian.ts";
import { partOf, removeParts } from "./parts.ts";
import { findTemplate } from "./template.ts";
import { takeTurn } from "./turn.ts";
import {
  allVersions,
  cacheFolder,
  Installation,
  integrations,
  lockOf,
  type Release,
  type Version,
} from "./versions.ts";

async function install(version: Version): Promise<void> {
  const installation = new Installation(version);
  const { core } = installation.release;
  const began = Date.now();
  if (!installation.isReady()) {
    const python = await preparePython(installation);
    await makeVenv(installation, python, async (pip) => {
      say(`installing Home Assistant ${core} (about a minute)`);
      await pip("--no-deps", "-r", copyInside(installation, lockOf(version)));
    });
    writeFileSync(installation.readyFile, installation.readyMark);
  }
  say(`preparing a test home of ${core}`);
  removeOtherTemplates(installation, await findTemplate(installation));
  say(`${core} is ready (${Math.round((Date.now() - began) / 1000)} s, in ${installation.folder})`);
}

/** Templates of an earlier state of this kit, and such as were never finished. */
function removeOtherTemplates(installation: Installation, current: string): void {
  const templates = join(installation.space, "templates");
  for (const name of readdirSync(templates).filter((name) => name !== basename(current))) {
    rmSync(join(templates, name), { recursive: true, force: true });
  }
}

/** The command of a Python that will do, made if need be. */
async function preparePython(installation: Installation): Promise<string> {
  const { release } = installation;
  mkdirSync(installation.folder, { recursive: true });
  if (existsSync(installation.debian) && release.debian) return release.debian.python;
  const found = await findPython(release);
  if (found) return found;
  const range = `Home Assistant ${release.core} needs Python ${release.from.join(".")} or newer, below ${release.below.join(".")}`;
  if (!release.debian) throw new InstallError(`${range}. Put one on the PATH.`);
  if (process.getuid?.() !== 0 || process.platform !== "linux") {
    throw new InstallError(
      `${range}. Put one on the PATH, or run this as root on Linux so that a small Debian is made.`,
    );
  }
  await makeDebian(installation.debian, release.debian.suites, release.debian.python);
  return release.debian.python;
}

async function findPython(release: Release): Promise<string | undefined> {
  const test = `import sys; sys.exit(not (${tuple(release.from)} <= sys.version_info[:3] < ${tuple(release.below)}))`;
  for (const python of release.pythons) {
    const fits = await command([python, "-c", test]).then(
      () => true,
      () => false,
    );
    if (fits) return python;
  }
  return undefined;
}

function tuple(version: readonly number[]): string {
  return `(${version.join()})`;
}

type Pip = (...args: readonly string[]) => Promise<string>;

/** Makes the virtual environment under another name, lets `fill` install into it, and puts it in place. */
async function makeVenv(installation: Installation, python: string, fill: (pip: Pip) => Promise<void>): Promise<void> {
  mkdirSync(installation.space, { recursive: true });
  const part = partOf(installation.venv);
  removeParts(installation.venv);
  rmSync(installation.readyFile, { force: true });
  rmSync(installation.venv, { recursive: true, force: true });
  await makeEmptyVenv(installation, python, part);
  await fill((...args) => {
    const pip = [join(installation.inside(part), "bin", "python"), "-m", "pip", "install", "--quiet"];
    return command(installation.enter([...pip, "--disable-pip-version-check", "--retries", "10", ...args]), {
      tries: 3,
    });
  });
  renameSync(part, installation.venv);
}

async function makeEmptyVenv(installation: Installation, python: string, folder: string): Promise<void> {
  const make = installation.enter([python, "-m", "venv", installation.inside(folder)]);
  try {
    await command(make);
  } catch (error) {
    // Debian keeps the part of Python that makes environments in a package of its own.
    if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get") || !/ensurepip|venv/.test(String(error)))
      throw error;
    const version = (await command([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])).trim();
    say(`installing python${version}-venv`);
    await command(["apt-get", "update", "-q"], { tries: 3 });
    await command(["apt-get", "install", "-y", "-q", "--no-install-recommends", `python${version}-venv`], { tries: 3 });
    rmSync(folder, { recursive: true, force: true });
    await command(make);
  }
}

/** A copy of one of our files where the Python of this version can read it. */
function copyInside(installation: Installation, file: string): string {
  const copy = join(installation.space, "packages.txt");
  writeFileSync(copy, readFileSync(file));
  return installation.inside(copy);
}

/** Installs without a lock, and writes what came of it as the new one. */
async function lock(version: Version): Promise<void> {
  const installation = new Installation(version);
  const { core } = installation.release;
  const python = await preparePython(installation);
  const script = readFileSync(join(import.meta.dirname, "requirements.py"), "utf8");
  const run = (...args: readonly string[]): Promise<string> => {
    return command(installation.enter([join(installation.inside(installation.venv), "bin", "python"), ...args]));
  };
  say(`resolving Home Assistant ${core}`);
  const instead = Object.entries(installation.release.instead).map(([name, pin]) => `${name}==${pin}`);
  await makeVenv(installation, python, async (pip) => {
    await pip(`homeassistant==${core}`, ...instead);
  });
  const wanted = (await run("-c", script, ...integrations.split(" "))).trim().split("\n");
  const kept = wanted.filter((line) => !(nameOf(line) in installation.release.instead));
  await run("-m", "pip", "install", "--quiet", ...kept, ...instead);
  writeFileSync(lockOf(version), await run("-m", "pip", "freeze"));
  say(`wrote ${lockOf(version)}; now install it`);
}

/** The normal form of the name in a line such as `pymicro_vad==1.0.1`. */
function nameOf(requirement: string): string {
  return requirement
    .replace(/[^\w-].*/, "")
    .replaceAll("_", "-")
    .toLowerCase();
}

async function main(args: readonly string[]): Promise<void> {
  const isLocking = args[0] === "lock";
  const named = isLocking ? args.slice(1) : args;
  const unknown = named.filter((name) => !allVersions.includes(name as Version));
  if (unknown.length > 0 || (isLocking && named.length === 0)) {
    throw new InstallError(`Usage: install.ts [lock] [${allVersions.join("] [")}]`);
  }
  await takeTurn(cacheFolder());
  for (const version of (named.length > 0 ? named : allVersions) as readonly Version[]) {
    await (isLocking ? lock(version) : install(version));
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof InstallError)) throw error;
  console.error(`home-assistant: ${error.message}`);
  process.exitCode = 1;
}
