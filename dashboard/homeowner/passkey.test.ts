// @vitest-environment-options { "url": "https://care.example.org/k/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }
import { createHash, webcrypto } from "node:crypto";
import { fingerprintLetters, Language, type PasskeyOffer, type PasskeyView } from "@caretaker/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PageProblem } from "./api.ts";
import type { Page } from "./page.ts";
import { makePasskey, signYes } from "./passkey.ts";
import { createPasskeyPage, type PasskeyApi } from "./passkey-page.ts";
import { wordsIn } from "./words/index.ts";

const library = vi.hoisted(() => ({ startRegistration: vi.fn(), startAuthentication: vi.fn() }));
vi.mock("@simplewebauthn/browser", () => library);

const KEY = Buffer.from("the public key of this device");
const CODE = fingerprintLetters(createHash("sha256").update(KEY).digest());
const OFFER: PasskeyOffer = {
  state: "open",
  name: "Anna’s phone",
  origin: "https://care.example.org",
  rpId: "care.example.org",
  challenge: "c".repeat(43),
  userId: "u".repeat(43),
  known: ["aa"],
  code: null,
};
const CHALLENGE = { origin: OFFER.origin, rpId: OFFER.rpId, challenge: OFFER.challenge, credentials: ["aa"] };
const words = wordsIn("en").passkey;
const { problems } = wordsIn("en");

let root: HTMLElement;
let page: Page;
let offer: PasskeyOffer;
let api: { [Name in keyof PasskeyApi]: ReturnType<typeof vi.fn<PasskeyApi[Name]>> };

beforeEach(() => {
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("PublicKeyCredential", class {});
  vi.stubGlobal("crypto", webcrypto);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  root = document.createElement("main");
  document.body.replaceChildren(root);
  offer = OFFER;
  api = {
    view: vi.fn(async () => viewOf("en")),
    make: vi.fn(async () => {
      offer = { ...OFFER, state: "made", code: CODE };
      return viewOf("en");
    }),
  };
  library.startRegistration.mockReset().mockResolvedValue({
    id: "id",
    response: { clientDataJSON: "client", attestationObject: "object", publicKey: KEY.toString("base64url") },
  });
  library.startAuthentication.mockReset();
});
afterEach(() => {
  page?.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const viewOf = (language: Language): PasskeyView => ({
  language,
  firm: { name: "Bright Homes", phone: "+31 20 123 4567" },
  home: "Canal house",
  offer,
});

async function open(): Promise<void> {
  page = createPasskeyPage(root, api, "en");
  await page.open();
}

const text = (): string => root.textContent ?? "";
const button = (): HTMLButtonElement | null => root.querySelector("button");
const code = (): HTMLElement => root.querySelector(".passkey-code") as HTMLElement;
async function press(): Promise<void> {
  button()?.click();
  await vi.waitFor(() => expect(document.activeElement?.id).toBe("status"));
}

describe("the page on which a passkey is made", () => {
  it("makes one by the agent's challenge, asks for a finger or a PIN, and shows the code of this device's own key", async () => {
    await open();
    expect(root.querySelector("h1")?.textContent).toBe(words.title("Anna’s phone"));
    expect(code().hidden).toBe(true);

    await press();

    expect(library.startRegistration).toHaveBeenCalledExactlyOnceWith({
      optionsJSON: expect.objectContaining({
        challenge: OFFER.challenge,
        rp: { id: "care.example.org", name: "Bright Homes" },
        authenticatorSelection: { userVerification: "required", residentKey: "preferred" },
        excludeCredentials: [{ id: "aa", type: "public-key" }],
        attestation: "none",
      }),
    });
    expect(api.make).toHaveBeenCalledWith({ id: "id", clientDataJSON: "client", attestationObject: "object" });
    expect(code().textContent).toBe(CODE);
    expect(root.querySelector("#status")?.textContent).toBe(words.compare);
    expect(button()).toBeNull();
  });

  it("says so where the box knows another code, and goes on showing its own", async () => {
    api.make.mockImplementation(async () => {
      offer = { ...OFFER, state: "made", code: "AAAA-AAAA-AAAA" };
      return viewOf("en");
    });
    await open();

    await press();

    expect(text()).toContain(words.altered);
    expect(code().textContent).toBe(CODE);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(api.view).toHaveBeenCalledTimes(1);
  });

  it("follows until somebody confirmed it at the box, or ended it there", async () => {
    await open();
    await press();
    await vi.advanceTimersByTimeAsync(3000);
    expect(text()).toContain(words.compare);

    offer = { ...offer, state: "kept" };
    await vi.advanceTimersByTimeAsync(3000);
    expect(text()).toContain(words.kept);

    offer = { ...OFFER, state: "made", code: CODE };
    await open();
    api.view.mockRejectedValue(new PageProblem("not_found"));
    await vi.advanceTimersByTimeAsync(3000);
    expect(text()).toContain(words.ended);
    expect(code().hidden).toBe(true);
  });

  it.each([
    ["NotAllowedError", problems.passkeyCancelled],
    ["InvalidStateError", problems.passkeyKnown],
    ["SecurityError", problems.passkeyDevice],
  ])("says what a device means by %s, and can be pressed again", async (name, said) => {
    library.startRegistration.mockRejectedValue(Object.assign(new Error("no"), { name }));
    await open();

    await press();

    expect(root.querySelector("[role=alert]")?.textContent).toBe(said);
    expect(api.make).not.toHaveBeenCalled();
    expect(button()?.disabled).toBe(false);
  });

  it("has no button in a browser that has no passkeys", async () => {
    vi.stubGlobal("isSecureContext", false);

    await open();

    expect(button()).toBeNull();
    expect(text()).toContain(problems.passkeyDevice);
  });

  it.each([
    ["not_found", words.unknown],
    ["gateway_unreachable", problems.boxAway],
    ["gateway_timeout", problems.boxAway],
    ["offline", problems.offline],
  ] as const)("says what %s means when it is opened", async (failure, said) => {
    api.view.mockRejectedValue(new PageProblem(failure));

    await open();

    expect(text()).toContain(said);
  });

  it.each(Language.options)("is in %s where the home is", async (language) => {
    api.view.mockImplementation(async () => viewOf(language));

    await open();

    expect(document.documentElement.lang).toBe(language);
    expect(button()?.textContent).toBe(wordsIn(language).passkey.make);
  });
});

describe("a passkey", () => {
  it("is neither made nor used at another address than the box was connected with", async () => {
    const elsewhere = { origin: "https://other.example.org" };

    await expect(makePasskey({ ...OFFER, ...elsewhere }, { firm: "F", home: "H" })).rejects.toThrow("passkey_device");
    await expect(signYes({ ...CHALLENGE, ...elsewhere })).rejects.toThrow("passkey_device");

    expect(library.startRegistration).not.toHaveBeenCalled();
    expect(library.startAuthentication).not.toHaveBeenCalled();
  });

  it("signs what the box wants signed, and asks for a finger or a PIN", async () => {
    const response = { clientDataJSON: "client", authenticatorData: "data", signature: "signature", userHandle: "who" };
    library.startAuthentication.mockResolvedValue({ id: "aa", response });

    const yes = await signYes(CHALLENGE);

    expect(yes).toEqual({ id: "aa", clientDataJSON: "client", authenticatorData: "data", signature: "signature" });
    expect(library.startAuthentication).toHaveBeenCalledExactlyOnceWith({
      optionsJSON: {
        challenge: CHALLENGE.challenge,
        rpId: CHALLENGE.rpId,
        allowCredentials: [{ id: "aa", type: "public-key" }],
        userVerification: "required",
      },
    });
  });
});
