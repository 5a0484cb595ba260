import { Language } from "@caretaker/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { addPhone, madeBy, newPhone, tokenOf } from "../passkeys/test-helpers.ts";
import { WORDS } from "../words/index.ts";
import { Pin } from "./pin.ts";
import { type Browser, openTestPage, PIN, type TestPage } from "./test-helpers.ts";

const pages: TestPage[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

/** A page whose hub carries passkeys. */
async function open(): Promise<TestPage & { me: Browser }> {
  const page = await openTestPage();
  pages.push(page);
  await new Pin(page.home.store).choose(PIN);
  page.home.guard.passkeys.carriedByHub(true);
  return { ...page, me: page.browser() };
}

async function make({ home }: TestPage): Promise<string> {
  const { passkeys } = home.guard;
  const token = tokenOf(home);
  const offer = (await passkeys.answer({ what: "passkey_offer", token })) as { challenge: string };
  await passkeys.answer({ what: "passkey_made", token, credential: madeBy(newPhone(), offer) });
  return passkeys.wish?.code ?? "";
}

describe("phones and keys on the page in the home", () => {
  it("are begun with the PIN only, and then there is a link as words and as a picture", async () => {
    const { me, home } = await open();

    expect((await me.press("passkey-add", { name: "Phone" })).status).toBe(403);
    expect((await me.press("passkey-add", { name: "Phone", pin: "000001" })).status).toBe(403);
    expect(home.guard.passkeys.wish).toBeNull();
    expect((await me.press("passkey-add", { name: " Phone ", pin: PIN })).status).toBe(303);

    const { text } = await me.get();
    expect(home.guard.passkeys.wish?.name).toBe("Phone");
    expect(text).toContain(`<a href="https://hub.example/k/${tokenOf(home)}">`);
    expect(text).toMatch(/<svg class="qr"[^>]*><rect[^>]*\/><path d="M\d/);
  });

  it("are confirmed with the PIN and the code that is shown, and cancelled and removed without", async () => {
    const page = await open();
    const { me, home } = page;
    await me.press("passkey-add", { name: "Phone", pin: PIN });
    const code = await make(page);
    const stranger = page.browser();
    expect((await me.get()).text).toContain(`<code>${code}</code>`);

    expect((await stranger.press("passkey-keep", { code })).status).toBe(403);
    expect((await stranger.press("passkey-keep", { code: "AAAA-AAAA-AAAA", pin: PIN })).status).toBe(409);
    expect(home.store.home.passkeys).toEqual([]);
    expect((await stranger.press("passkey-keep", { code, pin: PIN })).status).toBe(303);

    const [kept] = home.store.home.passkeys;
    expect(kept).toMatchObject({ name: "Phone", code });
    const other = page.browser();
    expect((await other.get()).text).toContain(`You added “Phone”: it can say yes.`);
    expect((await other.press("passkey-remove", { id: kept?.id ?? "" })).status).toBe(303);
    expect(home.store.home.passkeys).toEqual([]);
    await me.press("passkey-add", { name: "Phone" });
    expect((await other.press("passkey-cancel")).status).toBe(303);
    expect(home.guard.passkeys.wish).toBeNull();
  });

  it.each(["", "   ", "x".repeat(41)])("are not called %j", async (name) => {
    const { me, home } = await open();

    const answer = await me.press("passkey-add", { name, pin: PIN });

    expect(answer).toMatchObject({ status: 400 });
    expect(answer.text).toContain(WORDS.en.problems.nameless);
    expect(home.guard.passkeys.wish).toBeNull();
  });

  it("cannot be begun by a form of another page", async () => {
    const { me, home } = await open();

    const answer = await me.press("passkey-add", { name: "Phone", pin: PIN }, { origin: "http://evil.example" });

    expect(answer.status).toBe(403);
    expect(home.guard.passkeys.wish).toBeNull();
  });

  it("are no markup, whatever they are called", async () => {
    const page = await open();
    await page.me.press("passkey-add", { name: "<img src=x onerror=alert(1)>", pin: PIN });
    page.home.guard.passkeys.confirm(await make(page));

    const { text } = await page.me.get();

    expect(text).not.toContain("<img");
    expect(text).toContain("&#60;img src=x");
  });

  it.each(Language.options)("are told of in %s: none, a link, a code, one, and why not", async (language) => {
    const page = await open();
    const { me, home } = page;
    const words = WORDS[language].passkeys;
    await me.press("language", { language });
    const seen = async (): Promise<string> => unescaped((await me.get()).text);

    expect(await seen()).toContain(words.none);
    await me.press("passkey-add", { name: "Phone", pin: PIN });
    expect(await seen()).toContain(words.open("Phone"));
    await make(page);
    expect(await seen()).toContain(words.made("Phone"));
    home.guard.passkeys.confirm(home.guard.passkeys.wish?.code ?? "");
    expect(await seen()).toContain(words.neverUsed);
    home.guard.passkeys.carriedByHub(false);
    expect(await seen()).toContain(words.why.away);
    home.guard.passkeys.carriedByHub(true);
    while (home.guard.passkeys.whyNone !== "full") await addPhone(home);
    await home.clock.forward("16m");
    expect(await seen()).toContain(words.why.full);
  });
});

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
