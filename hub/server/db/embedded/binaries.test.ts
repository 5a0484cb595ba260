import { chmod, mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { linkLibraries } from "./binaries.ts";

describe("the links between the server's libraries", () => {
  let root: string;
  let lib: string;
  let own: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "binaries-"));
    lib = join(root, "package", "native", "lib");
    own = join(root, "own");
    await mkdir(lib, { recursive: true });
    await writeFile(join(lib, "libicu.so.60.2"), "");
    const links = [{ source: "native/lib/libicu.so.60.2", target: "native/lib/libicu.so.60" }];
    await writeFile(join(root, "package", "native", "pg-symlinks.json"), JSON.stringify(links));
    for (const folder of [root, join(root, "package")]) await chmod(folder, 0o777);
  });
  afterEach(async () => {
    await chmod(lib, 0o755);
    await rm(root, { recursive: true, force: true });
  });

  const link = () => linkLibraries(join(root, "package", "native"), own);

  it("are made where the package's install script was not run", async () => {
    expect(await link()).toBeNull();

    expect(await readlink(join(lib, "libicu.so.60"))).toBe("libicu.so.60.2");
  });

  it("are left alone when they are there", async () => {
    await symlink("somewhere", join(lib, "libicu.so.60"));

    expect(await link()).toBeNull();

    expect(await readlink(join(lib, "libicu.so.60"))).toBe("somewhere");
  });

  it("are made with our own data when the package is not ours to change, again when the package has moved", async () => {
    await chmod(lib, 0o555);
    await asOrdinaryUser(async () => {
      await mkdir(own);
      await symlink("where-it-was", join(own, "libicu.so.60"));

      expect(await link()).toBe(own);
    });

    expect(await readdir(lib)).toEqual(["libicu.so.60.2"]);
    expect(await readlink(join(own, "libicu.so.60"))).toBe(join(lib, "libicu.so.60.2"));
  });
});

/** Root may write anywhere, so as root the work is done as somebody who may not. */
async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
