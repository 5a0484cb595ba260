import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprintLetters, MOST_PASSKEYS, type PasskeyOffer } from "@caretaker/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { openTestHome, type TestHome } from "../guard/test-helpers.ts";
import { passkeyPlace } from "./place.ts";
import { addPhone, madeBy, newPhone, offerTo, type TestPhone, tokenOf } from "./test-helpers.ts";

const open: TestHome[] = [];
afterEach(async () => {
  for (const home of open.splice(0)) await home.close();
});

const kept = (one: TestHome): TestHome => {
  open.push(one);
  return one;
};
const home = async (): Promise<TestHome> => kept(await openTestHome());

type Made = ReturnType<typeof madeBy>;
const say = ({ guard }: TestHome, token: string, credential: Made): Promise<PasskeyOffer> =>
  guard.passkeys.answer({ what: "passkey_made", token, credential }) as Promise<PasskeyOffer>;
const ask = ({ guard }: TestHome, token: string): Promise<PasskeyOffer> =>
  guard.passkeys.answer({ what: "passkey_offer", token }) as Promise<PasskeyOffer>;

/** As a browser gives the public key: what the phone's page works its code out of. */
function codeAtPhone({ attestationObject }: Made): string {
  const bytes = Buffer.from(attestationObject, "base64url");
  const at = bytes.indexOf(Buffer.from("a5010203262001215820", "hex")) + 10;
  const [x, y] = [bytes.subarray(at, at + 32), bytes.subarray(at + 35, at + 67)];
  const head = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d03010703420004", "hex");
  return fingerprintLetters(
    createHash("sha256")
      .update(Buffer.concat([head, x, y]))
      .digest(),
  );
}

describe("a passkey for the box", () => {
  it("shows the same code here and on the phone, and counts once somebody confirmed it", async () => {
    const one = await home();
    const offer = await offerTo(one);
    expect(offer).toMatchObject({ state: "open", rpId: "hub.example", origin: "https://hub.example", code: null });
    const made = madeBy(newPhone(), offer);

    const answered = await say(one, tokenOf(one), made);

    expect(answered).toMatchObject({ state: "made", code: codeAtPhone(made) });
    expect(one.store.home.passkeys).toEqual([]);
    one.guard.passkeys.confirm(codeAtPhone(made));
    expect(await ask(one, tokenOf(one))).toMatchObject({ state: "kept" });
    expect(kept(await one.reopen()).store.home.passkeys).toMatchObject([
      { name: "Anna’s phone", code: codeAtPhone(made) },
    ]);
    expect(one.store.journal.at(-1)).toMatchObject({ kind: "passkey_added", name: "Anna’s phone" });
  });

  it.each([
    ["at another address", { origin: "https://hub.example.evil" }],
    ["for another name", { rpId: "evil.example" }],
    ["in a frame of another page", { crossOrigin: true }],
    ["by a device that asked nobody for a finger, a face or a PIN", { unlocks: false }],
  ])("that is made %s is not taken", async (_, other) => {
    const one = await home();
    const offer = await offerTo(one);

    const said = say(one, tokenOf(one), madeBy(newPhone(), offer, other));

    await expect(said).rejects.toMatchObject({ code: "not_allowed" });
    expect(one.guard.passkeys.wish?.code).toBeNull();
  });

  it("over another challenge, with another id or with a certificate is not taken", async () => {
    const one = await home();
    const offer = await offerTo(one);
    const phone = newPhone();
    const honest = madeBy(phone, offer);

    await expect(
      say(one, tokenOf(one), { ...honest, attestationObject: withCertificate(honest.attestationObject) }),
    ).rejects.toMatchObject({ code: "not_allowed", meta: { why: expect.stringContaining("certificate") } });
    for (const made of [
      madeBy(phone, { challenge: "c".repeat(43) }),
      { ...honest, id: newPhone().id },
      { ...honest, attestationObject: "AAAA" },
      { ...honest, clientDataJSON: "AAAA" },
    ])
      await expect(say(one, tokenOf(one), made)).rejects.toMatchObject({ code: "not_allowed" });

    expect(await say(one, tokenOf(one), honest)).toMatchObject({ state: "made" });
  });

  it("is made once by a link, and another code confirms nothing", async () => {
    const one = await home();
    const offer = await offerTo(one);
    const [first, second] = [madeBy(newPhone(), offer), madeBy(newPhone(), offer)];

    const became = await Promise.allSettled([say(one, tokenOf(one), first), say(one, tokenOf(one), second)]);

    expect(became.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await expect(say(one, tokenOf(one), second)).rejects.toMatchObject({ code: "already_done" });
    expect(() => one.guard.passkeys.confirm(codeAtPhone(madeBy(newPhone(), offer)))).toThrow(
      expect.objectContaining({ code: "changed_meanwhile" }),
    );
    expect(one.store.home.passkeys).toEqual([]);
  });

  it("is not made by a link that was guessed, cancelled, took too long, or was made anew", async () => {
    const one = await home();
    const offer = await offerTo(one);
    const token = tokenOf(one);
    const credential = madeBy(newPhone(), offer);
    const gone = { code: "not_found" };

    await expect(say(one, "a".repeat(32), credential)).rejects.toMatchObject(gone);
    await one.clock.forward("14m");
    expect(await ask(one, token)).toMatchObject({ state: "open" });
    await one.clock.forward("61s");
    await expect(say(one, token, credential)).rejects.toMatchObject(gone);
    await offerTo(one);
    await expect(ask(one, token)).rejects.toMatchObject(gone);
    const newer = tokenOf(one);
    one.guard.passkeys.cancel();
    await expect(ask(one, newer)).rejects.toMatchObject(gone);
  });

  it("cannot be confirmed once its link is over", async () => {
    const one = await home();
    const offer = await offerTo(one);
    const { code } = await say(one, tokenOf(one), madeBy(newPhone(), offer));
    await one.clock.forward("16m");

    expect(() => one.guard.passkeys.confirm(code ?? "")).toThrow(expect.objectContaining({ code: "gone" }));
    expect(one.store.home.passkeys).toEqual([]);
  });

  it("is one of eight at most, and none twice", async () => {
    const one = await home();
    const phones: TestPhone[] = [];
    for (let at = 0; at < MOST_PASSKEYS - 1; at += 1) phones.push(await addPhone(one));
    const offer = await offerTo(one);
    expect(offer.known).toEqual(phones.map(({ id }) => id));
    await expect(say(one, tokenOf(one), madeBy(phones[0] as TestPhone, offer))).rejects.toMatchObject({
      code: "already_done",
    });
    await addPhone(one);

    expect(one.guard.passkeys.whyNone).toBe("full");
    expect(() => one.guard.passkeys.begin("One more")).toThrow(expect.objectContaining({ code: "conflict" }));
  });

  it("is gone with the connection under which it was made", async () => {
    const one = await home();
    await addPhone(one);

    one.guard.release();

    expect(one.store.home.passkeys).toEqual([]);
  });

  it("is told to no hub that does not carry passkeys, and none is begun there", async () => {
    const one = await home();

    expect(one.guard.passkeys.said()).toBeNull();
    expect(one.guard.passkeys.whyNone).toBe("away");
    expect(() => one.guard.passkeys.begin("Anna’s phone")).toThrow(expect.objectContaining({ code: "conflict" }));
    await addPhone(one);
    expect(one.guard.passkeys.said()).toMatchObject({ kind: "passkeys", origin: "https://hub.example", count: 1 });
    one.guard.passkeys.carriedByHub(false);
    expect(one.guard.passkeys.said()).toBeNull();
  });

  it("is made only for a hub whose address browsers give passkeys to", () => {
    const places = [
      "https://care.example.com:8443",
      "http://localhost:4400",
      "https://192.168.1.2",
      "http://127.0.0.1",
    ];

    expect(places.map((hub) => passkeyPlace(hub)?.rpId ?? null)).toEqual(["care.example.com", "localhost", null, null]);
  });

  it("is none where an older agent wrote what is kept", async () => {
    const one = await home();
    const path = join(one.folder, "home.json");
    const { passkeys, ...older } = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify(older));

    expect(passkeys).toEqual([]);
    expect(kept(await one.reopen()).store.home.passkeys).toEqual([]);
  });
});

/** The attestation of a device that says who made it: fmt "packed", with a list of certificates. */
function withCertificate(attestationObject: string): string {
  const bytes = Buffer.from(attestationObject, "base64url");
  const statement = Buffer.from("667061636b65646761747453746d74a163783563814100", "hex");
  const at = bytes.indexOf("authData") - 1;
  return Buffer.concat([bytes.subarray(0, 5), statement, bytes.subarray(at)]).toString("base64url");
}
