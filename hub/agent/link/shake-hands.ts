import {
  AGENT_PROTOCOL,
  AgentWelcome,
  CaretakerError,
  type Clock,
  HubFirst,
  type HubRefused,
} from "@caretaker/protocol";
import {
  isSameProof,
  isSignedBy,
  lookupOf,
  newNonce,
  type ProofKey,
  proveCode,
  wordsToSign,
} from "@caretaker/reach/agent-proof.ts";
import { Turns } from "@caretaker/reach/turns.ts";
import type { WebSocket } from "ws";

/** The hub that was pinned when this home was paired, or the code that it has to know to become that. */
export type KnownHub = { readonly key: string } | { readonly code: string };

export interface Shaken {
  readonly turns: Turns;
  readonly hubKey: string;
  readonly welcome: AgentWelcome;
}

/** The hub would not have us; `why` says what time cannot mend. */
export class Refused extends Error {
  readonly why: HubRefused["why"];

  constructor({ why, message }: HubRefused) {
    super(message);
    this.why = why;
  }
}

const TURN_SECONDS = 10;

/**
 * Proves to the hub who we are, once it has proved who it is. To one that cannot, nothing is said but our public key and
 * version: `target_refused`, and no word of the home.
 */
export async function shakeHands(
  socket: WebSocket,
  { key, version, hub, clock }: { key: ProofKey; version: string; hub: KnownHub; clock: Clock },
): Promise<Shaken> {
  const turns = new Turns(socket, clock);
  const hello = {
    kind: "hello" as const,
    protocol: AGENT_PROTOCOL,
    version,
    key: key.publicKey,
    nonce: newNonce(),
    ...("code" in hub ? { lookup: lookupOf(hub.code) } : {}),
  };
  turns.say(hello);
  const proof = await turns.next(HubFirst, TURN_SECONDS);
  if (proof.kind === "refused") throw new Refused(proof);
  if (proof.kind !== "proof") throw new CaretakerError("gateway_misbehaving", "The hub did not say who it is.");
  const theirs = wordsToSign("hub", hello, proof);
  const isWho = "key" in hub ? proof.key === hub.key : isSameProof(proveCode(hub.code, theirs), proof.code ?? "");
  if (!isWho || !isSignedBy(proof.key, theirs, proof.signature)) throw notOurs(hub);
  const ours = wordsToSign("agent", hello, proof);
  turns.say({
    kind: "proof",
    signature: key.sign(ours),
    ...("code" in hub ? { code: proveCode(hub.code, ours) } : {}),
  });
  turns.trust();
  const answer = await turns.next(HubFirst, TURN_SECONDS);
  if (answer.kind === "refused") throw new Refused(answer);
  return { turns, hubKey: proof.key, welcome: AgentWelcome.parse(answer) };
}

/** A wrong code and a hub that is another one look the same from here: the hub answers a stranger with noise. */
function notOurs(hub: KnownHub): CaretakerError {
  return new CaretakerError(
    "target_refused",
    "code" in hub
      ? "The hub does not know this code. It holds for 15 minutes and once: ask your installer for a new one."
      : "This is not the hub that the home was paired with: its key is another. Nothing was said to it.",
  );
}
