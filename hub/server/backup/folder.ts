import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Backup, BackupWhy } from "@caretaker/protocol";

const NAME = /^caretaker-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(scheduled|asked)\.jsonl\.gz$/;
/** The newest, and the newest of each of so many days that have one. */
const NEWEST_KEPT = 2;
const DAYS_KEPT = 7;

/** `caretaker-20261127T031500Z-scheduled.jsonl.gz`: when and why can be read without opening it. */
export function backupName(at: Date, why: BackupWhy): string {
  const moment = `${at.toISOString().slice(0, 19)}Z`.replaceAll(/[-:]/g, "");
  return `caretaker-${moment}-${why}.jsonl.gz`;
}

/** Newest first. Other files in the folder are nobody's business here. */
export async function listBackups(folder: string): Promise<Backup[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  });
  const backups: Backup[] = [];
  for (const name of names) {
    const parts = NAME.exec(name);
    if (parts === null) continue;
    const [, year, month, day, hour, minute, second, why] = parts;
    const { size } = await stat(join(folder, name));
    backups.push({
      name,
      why: why as BackupWhy,
      madeAt: `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`,
      bytes: size,
    });
  }
  return backups.sort((a, b) => b.name.localeCompare(a.name));
}

/** Those that need not be kept any longer: two newest and seven daily ones stay. */
export function outOfDate(newestFirst: readonly Backup[]): Backup[] {
  const kept = new Set(newestFirst.slice(0, NEWEST_KEPT));
  const days = new Set<string>();
  for (const backup of newestFirst) {
    const day = backup.madeAt.slice(0, 10);
    if (days.has(day) || days.size === DAYS_KEPT) continue;
    days.add(day);
    kept.add(backup);
  }
  return newestFirst.filter((backup) => !kept.has(backup));
}

export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** What a hub that died while it wrote left behind, and what is out of date. */
export async function tidy(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const whole = name.replace(/\.part$/, "");
    if (whole !== name && NAME.test(whole)) await rm(join(folder, name), { force: true });
  }
  for (const { name } of outOfDate(await listBackups(folder))) await rm(join(folder, name), { force: true });
}
