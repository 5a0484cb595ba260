import { createHash } from "node:crypto";
import { PasskeyYes } from "@caretaker/protocol";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { buildAct, buildProposedAct, buildQuestion, newUuid } from "../guard/test-helpers.ts";
import { type AskedHome, addPhone, newPhone, ORIGIN, openAskedHome, signedBy } from "./test-helpers.ts";

const open: AskedHome[] = [];
afterEach(async () => {
  for (const { home } of open.splice(0)) await home.close();
});

async function asked(): Promise<AskedHome> {
  const one = await openAskedHome();
  open.push(one);
  return one;
}

describe("a yes that is signed with a passkey", () => {
  it("is the same as one on the page: the very act is permitted, once, and the hub is told which way it came", async () => {
    const { home, phone, requestId, digest, challenge, allow } = await asked();
    const act = () => buildAct(home, { requestId, capability: "integration.reload" });
    await expect(home.guard.permitAct(act())).rejects.toMatchObject({ code: "consent_missing" });

    const taken = await allow(signedBy(phone, await challenge()));

    const [{ code, counter, lastUsedAt }] = home.store.home.passkeys as [(typeof home.store.home.passkeys)[0]];
    expect(taken).toEqual({ code });
    expect({ counter, lastUsedAt }).toMatchObject({ counter: 2, lastUsedAt: expect.any(String) });
    expect(home.changes).toContainEqual({
      kind: "answered",
      requestId,
      digest,
      answer: "allow",
      way: "passkey",
      passkey: code,
    });
    await home.guard.permitAct(act());
    await expect(home.guard.permitAct(act())).rejects.toMatchObject({ code: "consent_missing" });
  });

  it("holds over a restart, and so does the count of its key", async () => {
    const { home, phone, challenge, allow, requestId } = await asked();
    await allow(signedBy(phone, await challenge()));

    const again = await home.reopen();
    open.push({ ...(open[0] as AskedHome), home: again });

    expect(again.store.home.passkeys).toMatchObject([{ counter: 2 }]);
    await again.guard.permitAct(buildAct(again, { requestId }));
  });

  it("counts once, also where both copies come at the same moment", async () => {
    const { home, phone, challenge, allow } = await asked();
    const yes = signedBy(phone, await challenge());

    const became = await Promise.allSettled([allow(yes), allow(yes), allow(yes)]);

    expect(became.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(allow(yes)).rejects.toMatchObject({ code: "already_done" });
    expect(home.changes.filter(({ kind }) => kind === "answered")).toHaveLength(1);
  });

  it.each([
    ["at another address", { origin: "https://hub.example.evil" }],
    ["at the same name without TLS", { origin: "http://hub.example" }],
    ["for another name", { rpId: "evil.example" }],
    ["in a frame of another page", { crossOrigin: true }],
    ["by a device that asked nobody for a finger, a face or a PIN", { unlocks: false }],
    ["with a count that was seen before, as a copy of the key has it", { count: 1 }],
  ])("%s is none", async (_, other) => {
    const { phone, challenge, allow, answer } = await asked();

    await expect(allow(signedBy(phone, await challenge(), other))).rejects.toMatchObject({ code: "not_allowed" });

    expect(answer()).toBeNull();
    await allow(signedBy(phone, await challenge()));
    expect(answer()).toBe("allow");
  });

  it("to another question is none, nor one to what a question said before it was altered", async () => {
    const { home, phone, requestId, digest, challenge, answer } = await asked();
    const other = buildQuestion(home, [buildProposedAct({ tries: 2 })]);
    home.guard.ask(other);
    const yes = signedBy(phone, await challenge());
    const say = (which: { requestId: typeof requestId; digest: string }) =>
      home.guard.passkeys.answer({ what: "passkey_yes", ...which, credential: yes });

    await expect(say({ requestId: other.requestId, digest: other.digest })).rejects.toMatchObject({
      code: "changed_meanwhile",
    });
    await expect(say({ requestId, digest: other.digest })).rejects.toMatchObject({ code: "changed_meanwhile" });
    const { questions } = home.store.home;
    home.store.change({
      questions: questions.map((one) =>
        one.question.requestId === requestId
          ? { ...one, question: { ...one.question, proposal: other.proposal, digest } }
          : one,
      ),
    });
    await expect(say({ requestId, digest })).rejects.toMatchObject({ code: "changed_meanwhile" });

    expect(answer()).toBeNull();
  });

  it("given in one home is none in another, even where both know the same phone and are asked the same", async () => {
    const [here, there] = [await asked(), await asked()];
    there.home.store.change({ passkeys: here.home.store.home.passkeys });
    const question = here.home.store.home.questions[0]?.question;
    there.home.store.change({ questions: here.home.store.home.questions });
    const yes = signedBy(here.phone, await here.challenge());
    await there.home.guard.passkeys.answer({
      what: "passkey_challenge",
      requestId: question?.requestId as never,
      digest: question?.digest as never,
    });

    const say = there.home.guard.passkeys.answer({
      what: "passkey_yes",
      requestId: question?.requestId as never,
      digest: question?.digest as never,
      credential: yes,
    });

    await expect(say).rejects.toMatchObject({ code: "gone" });
    await here.allow(yes);
    expect(here.answer()).toBe("allow");
  });

  it("by a phone that was removed, or never was one of this home, is none", async () => {
    const { home, phone, challenge, allow, answer } = await asked();
    const second = await addPhone(home);
    const yes = signedBy(phone, await challenge());
    home.guard.passkeys.remove(phone.id);

    await expect(allow(yes)).rejects.toMatchObject({ code: "not_allowed" });
    await expect(allow(signedBy(newPhone(), await challenge()))).rejects.toMatchObject({ code: "not_allowed" });
    // Somebody else's key, under the name of one that is known.
    const stolen = { ...signedBy(newPhone(), await challenge()), id: second.id };
    await expect(allow(stolen)).rejects.toMatchObject({ code: "not_allowed" });

    expect(answer()).toBeNull();
  });

  it("is none where its phone is removed while it is judged, or signs something else in the meantime", async () => {
    const removed = await asked();
    const judged = removed.allow(signedBy(removed.phone, await removed.challenge()));
    removed.home.guard.passkeys.remove(removed.phone.id);
    await expect(judged).rejects.toMatchObject({ code: "not_allowed" });
    expect(removed.answer()).toBeNull();

    const busy = await asked();
    const other = buildQuestion(busy.home, [buildProposedAct({ tries: 2 })]);
    busy.home.guard.ask(other);
    const which = { requestId: other.requestId, digest: other.digest };
    const challenge = await busy.home.guard.passkeys.answer({ what: "passkey_challenge", ...which });
    const [one, two] = [
      signedBy(busy.phone, await busy.challenge()),
      signedBy(busy.phone, challenge as { challenge: string }),
    ];

    const became = await Promise.allSettled([
      busy.allow(one),
      busy.home.guard.passkeys.answer({ what: "passkey_yes", ...which, credential: two }),
    ]);

    expect(became.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("comes too late after five minutes, after the time to answer, after a no and after Stop", async () => {
    const late = await asked();
    const yes = signedBy(late.phone, await late.challenge());
    await late.home.clock.forward("5m");
    await expect(late.allow(yes)).rejects.toMatchObject({ code: "gone" });
    const second = signedBy(late.phone, await late.challenge());
    await late.home.clock.forward("4m");
    late.home.guard.answer(late.requestId, late.digest, "no", "agent_page");
    await expect(late.allow(second)).rejects.toMatchObject({ code: "already_done" });

    const over = await asked();
    await over.home.clock.forward("58m");
    const third = signedBy(over.phone, await over.challenge());
    await over.home.clock.forward("3m");
    await expect(over.allow(third)).rejects.toMatchObject({ code: "gone" });

    const stopped = await asked();
    const fourth = signedBy(stopped.phone, await stopped.challenge());
    const judged = stopped.allow(fourth);
    stopped.home.guard.stop("agent_page");
    await expect(judged).rejects.toMatchObject({ code: "not_allowed" });
    stopped.home.guard.allowAgain("agent_page");
    await expect(stopped.allow(fourth)).rejects.toMatchObject({ code: "already_done" });
  });

  it("is worth nothing after a restart of the agent: its challenge is known no more", async () => {
    const { home, phone, challenge, requestId, digest } = await asked();
    const yes = signedBy(phone, await challenge());

    const again = await home.reopen();
    open.push({ ...(open[0] as AskedHome), home: again });

    const say = again.guard.passkeys.answer({ what: "passkey_yes", requestId, digest, credential: yes });
    await expect(say).rejects.toMatchObject({ code: "gone" });
  });

  it("that a hub makes up is none: no signature, a signature over something else, its own challenge", async () => {
    const { phone, challenge, allow, answer } = await asked();
    const own = createHash("sha256").update("a challenge of the hub").digest("base64url");
    const signed = signedBy(phone, await challenge());

    for (const credential of [
      { ...signed, signature: "AA" },
      { ...signed, signature: signedBy(phone, { challenge: own }).signature },
      signedBy(phone, { challenge: own }),
      { ...signedBy(phone, { challenge: own }), clientDataJSON: signed.clientDataJSON },
      { ...signed, clientDataJSON: "bm8ganNvbg" },
      { ...signed, authenticatorData: "AAAA" },
    ])
      await expect(allow(credential)).rejects.toMatchObject({ code: expect.stringMatching(/^(not_allowed|gone)$/) });

    expect(answer()).toBeNull();
  });

  it("accepts none of 2,000 that were altered on the way, and then the one that was not", async () => {
    const { phone, challenge, allow, answer, home } = await asked();
    const honest = signedBy(phone, await challenge());
    const parts = ["clientDataJSON", "authenticatorData", "signature"] as const;
    let tried = 0;
    let accepted = 0;

    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...parts),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom("flip", "cut", "insert"),
        async (part, at, bits, how) => {
          const altered = { ...honest, [part]: alter(honest[part], { at, bits, how }) };
          if (!PasskeyYes.safeParse(altered).success) return;
          tried += 1;
          await allow(altered).then(
            () => {
              accepted += 1;
            },
            () => {},
          );
        },
      ),
      { numRuns: 2100 },
    );

    expect(tried).toBeGreaterThanOrEqual(2000);
    expect(accepted).toBe(0);
    expect(home.store.home.passkeys).toMatchObject([{ counter: 1, lastUsedAt: null, origin: ORIGIN }]);
    await allow(honest);
    expect(answer()).toBe("allow");
  });
});

function alter(words: string, { at, bits, how }: { at: number; bits: number; how: string }): string {
  const bytes = [...Buffer.from(words, "base64url")];
  const place = at % bytes.length;
  if (how === "flip") bytes[place] = (bytes[place] ?? 0) ^ bits;
  else if (how === "cut") bytes.splice(place, 1);
  else bytes.splice(place, 0, bits);
  return Buffer.from(bytes).toString("base64url");
}

it("has a challenge that differs with whatever it would allow", async () => {
  const { challengeOf } = await import("./terms.ts");
  const { home } = await asked();
  const facts = { agent: "a", nonce: "n", expiresAt: "2026-11-28T10:00:00.000Z" };
  const question = buildQuestion(home);
  const act = question.proposal.acts[0] ?? buildProposedAct();
  const withAct = (changed: object) => ({
    ...question,
    proposal: { ...question.proposal, acts: [{ ...act, ...changed }] },
  });

  const challenges = [
    challengeOf(question, facts),
    challengeOf(question, { ...facts, agent: "b" }),
    challengeOf(question, { ...facts, nonce: "m" }),
    challengeOf(question, { ...facts, expiresAt: "2026-11-28T10:00:01.000Z" }),
    challengeOf({ ...question, requestId: newUuid() as never }, facts),
    challengeOf({ ...question, answerBy: "2026-11-29T10:00:00.000Z" }, facts),
    challengeOf({ ...question, proposal: { ...question.proposal, siteId: newUuid() } }, facts),
    challengeOf({ ...question, proposal: { ...question.proposal, limitSeconds: 601 } }, facts),
    challengeOf(withAct({ tries: 2 }), facts),
    challengeOf(withAct({ target: "another" }), facts),
    challengeOf(withAct({ capability: "power.cycle" }), facts),
    challengeOf(withAct({ input: { integration: "zwave" } }), facts),
    challengeOf(withAct({ private: true }), facts),
  ];

  expect(new Set(challenges).size).toBe(challenges.length);
  expect(challengeOf(structuredClone(question), { ...facts })).toBe(challenges[0]);
});
