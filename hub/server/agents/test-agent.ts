import { AGENT_PROTOCOL, AgentWelcome, HubFirst, type HubMessage, HubRefused, systemClock } from "@caretaker/protocol";
import { lookupOf, newNonce, type ProofKey, proveCode, wordsToSign } from "@caretaker/reach/agent-proof.ts";
import { Turns } from "@caretaker/reach/turns.ts";
import { WebSocket } from "ws";
import { z } from "zod";

const SECONDS = 10;
const Answer = z.discriminatedUnion("kind", [AgentWelcome, HubRefused]);

export interface TestAgent {
  readonly answer: z.infer<typeof Answer>;
  readonly socket: WebSocket;
  say(message: object): void;
  /** Resolves when the hub has closed the line. */
  readonly closed: Promise<void>;
}

/** Knocks at a hub's door as an agent does, with a code where it is to be paired, and hears what the hub says. */
export async function knock(
  port: number,
  key: ProofKey,
  code?: string,
  hear: (message: HubMessage) => void = () => {},
): Promise<TestAgent> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/agent`);
  const turns = new Turns(socket, systemClock);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const hello = {
    kind: "hello" as const,
    protocol: AGENT_PROTOCOL,
    version: "0.1.0",
    key: key.publicKey,
    nonce: newNonce(),
    ...(code === undefined ? {} : { lookup: lookupOf(code) }),
  };
  turns.say(hello);
  const proof = await turns.next(HubFirst, SECONDS);
  if (proof.kind !== "proof") throw new Error(`not a proof: ${JSON.stringify(proof)}`);
  const words = wordsToSign("agent", hello, proof);
  turns.say({
    kind: "proof",
    signature: key.sign(words),
    ...(code === undefined ? {} : { code: proveCode(code, words) }),
  });
  turns.trust();
  const answer = await turns.next(Answer, SECONDS);
  turns.handOver((text) => hear(JSON.parse(text)));
  return { answer, socket, closed, say: (message) => turns.say(message) };
}
