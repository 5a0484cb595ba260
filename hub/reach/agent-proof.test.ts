import type { AgentHello } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import {
  fingerprintOf,
  isSameProof,
  isSignedBy,
  lookupOf,
  makeKey,
  newCode,
  newNonce,
  openKey,
  proveCode,
  readCode,
  wordsToSign,
} from "./agent-proof.ts";

const agent = openKey(makeKey());
const hub = openKey(makeKey());
const hello: AgentHello = { kind: "hello", protocol: 1, version: "0.1.0", key: agent.publicKey, nonce: newNonce() };
const proof = { key: hub.publicKey, nonce: newNonce() };

describe("proofs of keys", () => {
  it("hold for the words that were signed and the key that signed them", () => {
    const words = wordsToSign("hub", hello, proof);

    expect(isSignedBy(hub.publicKey, words, hub.sign(words))).toBe(true);
    expect(isSignedBy(agent.publicKey, words, hub.sign(words))).toBe(false);
  });

  it.each([
    ["another nonce of the agent", { ...hello, nonce: newNonce() }],
    ["another key", { ...hello, key: openKey(makeKey()).publicKey }],
    ["another version", { ...hello, version: "0.0.1" }],
    ["a pairing", { ...hello, lookup: lookupOf(newCode()) }],
  ])("do not hold in a conversation with %s", (_what, other) => {
    const signature = hub.sign(wordsToSign("hub", hello, proof));

    expect(isSignedBy(hub.publicKey, wordsToSign("hub", other, proof), signature)).toBe(false);
  });

  it("cannot be handed back: what the hub signed is not what the agent signs", () => {
    const signature = agent.sign(wordsToSign("hub", hello, proof));

    expect(isSignedBy(agent.publicKey, wordsToSign("agent", hello, proof), signature)).toBe(false);
  });

  it.each(["", "A", "!".repeat(43), "A".repeat(43)])("are false, and no failure, for what is no key: %j", (key) => {
    expect(isSignedBy(key, "words", hub.sign("words"))).toBe(false);
    expect(isSignedBy(hub.publicKey, "words", key)).toBe(false);
  });
});

describe("a code", () => {
  it("is 130 bits in groups, and another each time", () => {
    const codes = new Set(Array.from({ length: 1000 }, newCode));

    expect(codes.size).toBe(1000);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}$/);
  });

  it("is read however it was typed", () => {
    const code = "0123-4567-89AB-CDEF-GHJK-MNPQ-RS";

    for (const typed of [code, code.toLowerCase(), code.replaceAll("-", " "), "Ol23 4567 89ab cdef ghjk mnpq rs"])
      expect(readCode(typed)).toBe(code);
  });

  it.each(["", "0123", `${newCode()}0`, newCode().replace(/.$/, "U")])("is not made of %j", (typed) => {
    expect(readCode(typed)).toBeNull();
  });

  it("is proved only by who knows it, and over the same words", () => {
    const code = newCode();

    expect(isSameProof(proveCode(code, "words"), proveCode(code, "words"))).toBe(true);
    expect(isSameProof(proveCode(code, "words"), proveCode(code, "others"))).toBe(false);
    expect(isSameProof(proveCode(code, "words"), proveCode(newCode(), "words"))).toBe(false);
    expect(isSameProof(proveCode(code, "words"), "short")).toBe(false);
  });

  it("cannot be read off what the hub is asked with", () => {
    const code = newCode();

    expect(lookupOf(code)).not.toContain(code.slice(0, 4));
    expect(lookupOf(code)).not.toBe(proveCode(code, ""));
  });
});

it("shows a key as twelve letters, the same wherever it is looked at", () => {
  const { publicKey } = makeKey();

  expect(fingerprintOf(publicKey)).toMatch(/^([0-9A-Z]{4}-){2}[0-9A-Z]{4}$/);
  expect(fingerprintOf(publicKey)).toBe(fingerprintOf(publicKey));
  expect(fingerprintOf(publicKey)).not.toBe(fingerprintOf(makeKey().publicKey));
});
