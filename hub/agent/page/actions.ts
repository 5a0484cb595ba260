import { ConsentRequestId, HubAlone, Language } from "@caretaker/protocol";
import type { ProblemWord } from "../words/index.ts";
import type { Room } from "./page.ts";
import { isGoodPin } from "./pin.ts";
import { newSecret, sha256, type Visitor } from "./visitors.ts";

/** It was not done, and this is why. */
export class Declined extends Error {
  readonly word: ProblemWord;
  readonly status: number;

  constructor(word: ProblemWord, status = 400) {
    super(word);
    this.word = word;
    this.status = status;
  }
}

export interface Pressed {
  /** What is shown once, in the answer itself. */
  readonly shows?: string;
}

interface Action {
  /** Whatever gives something needs the PIN; whatever takes it away never does. */
  readonly needsPin: (form: URLSearchParams) => boolean;
  readonly run: (room: Room, form: URLSearchParams, visitor: Visitor) => Promise<Pressed> | Pressed;
}

const LONGEST_NAME = 40;

const always = (): boolean => true;
const never = (): boolean => false;
const whenAllowing = (form: URLSearchParams): boolean => form.get("answer") !== "no";

/** What can be pressed on the page, by the address that its form is sent to. */
export const ACTIONS: Readonly<Record<string, Action>> = {
  stop: {
    needsPin: never,
    run({ guard }) {
      guard.stop("agent_page");
      return {};
    },
  },
  "allow-again": {
    needsPin: always,
    run({ guard }) {
      if (guard.isSwitchOn === false) throw new Declined("switchOff", 409);
      guard.allowAgain("agent_page");
      return {};
    },
  },
  answer: {
    needsPin: whenAllowing,
    run({ guard }, form) {
      const requestId = ConsentRequestId.safeParse(form.get("requestId"));
      if (!requestId.success) throw new Declined("changed");
      guard.answer(requestId.data, form.get("digest") ?? "", answerOf(form), "agent_page");
      return {};
    },
  },
  place: {
    needsPin: whenAllowing,
    run({ guard }, form) {
      guard.answerPlace({ host: form.get("host") ?? "", port: Number(form.get("port")) }, answerOf(form) === "allow");
      return {};
    },
  },
  choose: {
    needsPin: always,
    run({ guard }, form) {
      guard.choose(hubAloneOf(form));
      return {};
    },
  },
  token: {
    needsPin: always,
    run({ store }) {
      const token = newSecret();
      store.change({ tokenHash: sha256(token) });
      void store.note({ kind: "token_made", at: store.time.moment() });
      return { shows: token };
    },
  },
  "passkey-add": {
    needsPin: always,
    run({ guard }, form) {
      const name = (form.get("name") ?? "").trim();
      if (name === "" || name.length > LONGEST_NAME) throw new Declined("nameless");
      guard.passkeys.begin(name);
      return {};
    },
  },
  "passkey-cancel": {
    needsPin: never,
    run({ guard }) {
      guard.passkeys.cancel();
      return {};
    },
  },
  "passkey-keep": {
    needsPin: always,
    run({ guard }, form) {
      guard.passkeys.confirm(form.get("code") ?? "");
      return {};
    },
  },
  "passkey-remove": {
    needsPin: never,
    run({ guard }, form) {
      guard.passkeys.remove(form.get("id") ?? "");
      return {};
    },
  },
  end: {
    needsPin: always,
    run({ guard, visitors }) {
      guard.release();
      visitors.lockAll();
      return {};
    },
  },
  pair: {
    needsPin: never,
    async run({ store, pair }, form) {
      if (store.home.pairing !== null) throw new Declined("notNow", 409);
      await pair(form.get("hub") ?? "", form.get("code") ?? "");
      return {};
    },
  },
  confirm: {
    needsPin: never,
    async run({ store, guard, pin }, form) {
      const [chosen, again] = [form.get("pin") ?? "", form.get("again") ?? ""];
      if (store.home.pairing === null || store.home.confirmedAt !== null) throw new Declined("notNow", 409);
      const hubAlone = hubAloneOf(form);
      if (!isGoodPin(chosen)) throw new Declined("pinShort");
      if (chosen !== again) throw new Declined("pinDiffers");
      await pin.choose(chosen);
      guard.confirm(hubAlone);
      return {};
    },
  },
  "not-mine": {
    needsPin: never,
    run({ store, guard }) {
      if (store.home.confirmedAt !== null) throw new Declined("notNow", 409);
      guard.release();
      return {};
    },
  },
  language: {
    needsPin: never,
    run(_room, form, visitor) {
      visitor.language = Language.safeParse(form.get("language")).data ?? null;
      return {};
    },
  },
};

function answerOf(form: URLSearchParams): "allow" | "no" {
  const answer = form.get("answer");
  if (answer !== "allow" && answer !== "no") throw new Declined("stale");
  return answer;
}

function hubAloneOf(form: URLSearchParams): HubAlone {
  const chosen = HubAlone.safeParse(form.get("hubAlone"));
  if (!chosen.success) throw new Declined("stale");
  return chosen.data;
}
