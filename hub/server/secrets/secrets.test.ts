import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { transaction } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { openKeyRing, rotateKeyRing } from "./key-ring.ts";
import { open, seal } from "./seal.ts";
import { createVault } from "./vault.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secrets-"));
  path = join(folder, "deep", "keys.json");
});

afterEach(() => rm(folder, { recursive: true }));

describe("the key ring", () => {
  it("is made at the first start, for the hub's user alone", async () => {
    await openKeyRing(path);

    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("is one ring when two hubs start at once", async () => {
    const [one, other] = await Promise.all([openKeyRing(path), openKeyRing(path)]);

    expect(open(other, seal(one, "token", "here"), "here")).toBe("token");
  });

  it("opens what was sealed before a new key was added, and seals with the new one", async () => {
    const before = seal(await openKeyRing(path), "token", "here");

    const after = await rotateKeyRing(path);

    expect(open(after, before, "here")).toBe("token");
    expect(seal(after, "token", "here").keyId).not.toBe(before.keyId);
  });

  it("says which key is missing and what to do, when another ring lies there", async () => {
    const sealed = seal(await openKeyRing(path), "token", "here");
    await rm(path);

    const other = await openKeyRing(path);

    expect(() => open(other, sealed, "here")).toThrow(/lacks the key k-.*Put back the copy/);
  });

  it.each(["", "{}", "not json", '{"format":1,"current":"a","keys":{}}'])(
    "refuses a file that is no key ring: %s",
    async (words) => {
      await openKeyRing(path);
      await writeFile(path, words);

      await expect(openKeyRing(path)).rejects.toMatchObject({ code: "configuration_invalid" });
      expect(await readFile(path, "utf8")).toBe(words);
    },
  );
});

describe("a sealed value", () => {
  it("opens in its own place and in no other", async () => {
    const ring = await openKeyRing(path);

    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (words, place, other) => {
        const sealed = seal(ring, words, place);

        expect(open(ring, sealed, place)).toBe(words);
        if (other !== place) expect(() => open(ring, sealed, other)).toThrow();
      }),
    );
  });

  it("does not open with one bit changed, or with another value's key", async () => {
    const ring = await openKeyRing(path);

    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.nat(),
        fc.constantFrom("sealed", "wrappedKey"),
        (words, position, part) => {
          const sealed = seal(ring, words, "here");
          const bytes = Buffer.from(sealed[part as "sealed"], "base64");
          bytes[position % bytes.length]! ^= 1;

          expect(() => open(ring, { ...sealed, [part]: bytes.toString("base64") }, "here")).toThrow();
          expect(() => open(ring, { ...sealed, wrappedKey: seal(ring, words, "here").wrappedKey }, "here")).toThrow();
        },
      ),
    );
  });
});

describe("the vault", () => {
  it("gives secrets that do not print, and finds a value that was moved to another row", async () => {
    const database = await testDatabase();
    const vault = createVault({ db: database.db, ring: await openKeyRing(path) });
    await transaction(database.db, async (trx) => {
      await vault.seal(trx, "gateway:1", { token: "canary-one", password: "canary-two" });
      await vault.seal(trx, "gateway:2", { token: "canary-three" });
    });

    const opened = await vault.open("gateway:1");

    expect(opened.token?.reveal()).toBe("canary-one");
    expect(`${inspect(opened)} ${JSON.stringify(opened)} ${String(opened.token)}`).not.toContain("canary");
    expect(JSON.stringify(await database.db.selectFrom("sealedSecret").selectAll().execute())).not.toContain("canary");

    const stolen = await database.db
      .selectFrom("sealedSecret")
      .select(["sealed", "wrappedKey", "keyId"])
      .where("owner", "=", "gateway:2")
      .executeTakeFirstOrThrow();
    await database.db
      .updateTable("sealedSecret")
      .set(stolen)
      .where("owner", "=", "gateway:1")
      .where("field", "=", "token")
      .execute();
    await expect(vault.open("gateway:1")).rejects.toMatchObject({ code: "internal" });
    await database.drop();
  });

  it("opens nothing after it was destroyed", async () => {
    const database = await testDatabase();
    const vault = createVault({ db: database.db, ring: await openKeyRing(path) });
    await transaction(database.db, (trx) => vault.seal(trx, "gateway:1", { token: "t" }));

    await transaction(database.db, (trx) => vault.destroy(trx, "gateway:1"));

    await expect(vault.open("gateway:1")).rejects.toMatchObject({ code: "not_found" });
    await database.drop();
  });
});
