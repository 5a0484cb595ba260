import type { ConsentRequestId, MadePasskey, PasskeyOffer, PasskeyYes } from "@caretaker/protocol";
import { type SaidOtherwise, testAuthenticator } from "@caretaker/server/people/test-authenticator.ts";
import { buildQuestion, openTestHome, type TestHome } from "../guard/test-helpers.ts";

/** Of the hub that test homes are paired with. */
export const ORIGIN = "https://hub.example";

export type TestPhone = ReturnType<typeof testAuthenticator>;

export function newPhone(options?: Parameters<typeof testAuthenticator>[1]): TestPhone {
  return testAuthenticator(ORIGIN, options);
}

export function madeBy(phone: TestPhone, { challenge }: { challenge: string }, other?: SaidOtherwise): MadePasskey {
  const { id, response } = phone.register({ challenge }, other);
  return { id, ...response } as unknown as MadePasskey;
}

export function signedBy(phone: TestPhone, { challenge }: { challenge: string }, other?: SaidOtherwise): PasskeyYes {
  const { id, response } = phone.prove({ challenge }, other);
  return { id, ...response } as unknown as PasskeyYes;
}

/** The token in the link that the page shows. */
export function tokenOf({ guard }: Pick<TestHome, "guard">): string {
  return guard.passkeys.wish?.link.split("/").at(-1) ?? "";
}

/** What the phone is told once somebody at the page wished for one. */
export async function offerTo(home: TestHome, name = "Anna’s phone"): Promise<PasskeyOffer> {
  home.guard.passkeys.carriedByHub(true);
  home.guard.passkeys.begin(name);
  return (await home.guard.passkeys.answer({ what: "passkey_offer", token: tokenOf(home) })) as PasskeyOffer;
}

/** Made on the phone, and confirmed on the page. */
export async function addPhone(home: TestHome, phone = newPhone()): Promise<TestPhone> {
  const offer = await offerTo(home);
  const token = tokenOf(home);
  await home.guard.passkeys.answer({ what: "passkey_made", token, credential: madeBy(phone, offer) });
  home.guard.passkeys.confirm(home.guard.passkeys.wish?.code ?? "");
  return phone;
}

export interface AskedHome {
  readonly home: TestHome;
  readonly phone: TestPhone;
  readonly requestId: ConsentRequestId;
  readonly digest: string;
  /** Fetched anew, as a page does each time. */
  challenge(): Promise<{ challenge: string }>;
  allow(credential: PasskeyYes): Promise<unknown>;
  /** What became of the question here. */
  answer(): string | null;
}

/** A home with one phone that may say yes, and one question that needs it. */
export async function openAskedHome(): Promise<AskedHome> {
  const home = await openTestHome();
  const phone = await addPhone(home);
  const question = buildQuestion(home);
  home.guard.ask(question);
  home.changes.length = 0;
  const { requestId, digest } = question;
  return {
    home,
    phone,
    requestId,
    digest,
    challenge: async () =>
      (await home.guard.passkeys.answer({ what: "passkey_challenge", requestId, digest })) as { challenge: string },
    allow: (credential) => home.guard.passkeys.answer({ what: "passkey_yes", requestId, digest, credential }),
    answer: () => home.store.home.questions.find((one) => one.question.requestId === requestId)?.answer ?? null,
  };
}
