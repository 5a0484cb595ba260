import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  AGENT_FRAME_BYTES,
  AGENT_PATH,
  AGENT_PROTOCOL,
  AgentHello,
  AgentProof,
  type AgentRefusal,
  type AgentWelcome,
  type Clock,
} from "@caretaker/protocol";
import {
  isSameProof,
  isSignedBy,
  newNonce,
  type ProofKey,
  proveCode,
  wordsToSign,
} from "@caretaker/reach/agent-proof.ts";
import { offerMaskedFrames } from "@caretaker/reach/dialer/whole-frames.ts";
import { Turns } from "@caretaker/reach/turns.ts";
import { type WebSocket, WebSocketServer } from "ws";
import { inTurn } from "./in-turn.ts";
import { TriedCodes } from "./tried-codes.ts";

export interface DoorDeps<T> {
  readonly server: Server;
  readonly key: ProofKey;
  readonly clock: Clock;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** The one-time code that this is the digest of, in a pairing that is open; null where there is none. */
  readonly findCode: (lookup: string) => Promise<string | null>;
  /** Asked only for a key that was proved: how long it takes is told to nobody else. */
  readonly findAgent: (key: string) => Promise<T | null>;
  /** It has proved both: takes it in, or says why not. */
  readonly admit: (known: Admitted<T>) => Promise<AgentWelcome | { refused: AgentRefusal; message: string }>;
  /** The welcome was said: the line is its own from here. */
  readonly opened: (known: Admitted<T>, line: { socket: WebSocket; turns: Turns }) => void;
}

export interface Admitted<T> {
  readonly hello: AgentHello;
  readonly agent: T | null;
  readonly address: string;
  /** Set by `admit`, where a pairing made it. */
  made?: T;
}

const TURN_SECONDS = 10;
/** Lines on which nobody has proved anything yet: a whole fleet comes at one moment when a hub is back. */
const MOST_STRANGERS = 4096;
/** So many are looked up at once. The others wait, so that the rest of the hub need not wait for the database. */
const MOST_LOOKED_UP = 16;

const UNKNOWN =
  "This hub does not know that agent, or the code is not valid any more. Make a new code on the home's page.";
const TOO_OLD = `This hub needs an agent that speaks version ${AGENT_PROTOCOL}. Update the agent in the home.`;
const TOO_MANY_CODES = "Too many wrong codes came from there. Wait a quarter of an hour, then make a new one.";
const BUSY = "Too many agents are knocking at once. This one tries again by itself.";

/**
 * Where agents knock. Who cannot prove his key, or the code of a pairing, is told one and the same thing after one and the
 * same exchange: nobody learns whether a key or a code exists.
 */
export function openAgentDoor<T>(deps: DoorDeps<T>): { close(): Promise<void> } {
  const { server, log } = deps;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: AGENT_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: true,
  });
  const within: Within = { tried: new TriedCodes(deps.clock), lookUp: inTurn(MOST_LOOKED_UP) };
  let strangers = 0;

  const handleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (pathOf(request) !== AGENT_PATH) return;
    sockets.handleUpgrade(request, socket, head, (line) => {
      line.on("error", (error) => log.warn({ error }, "The line of an agent failed."));
      if (strangers >= MOST_STRANGERS) return refuse(line, "busy", BUSY);
      strangers += 1;
      letIn({ ...deps, ...within }, line, request.socket)
        .catch((error: unknown) => {
          log.warn({ error }, "An agent was not let in.");
          line.terminate();
        })
        .finally(() => {
          strangers -= 1;
        });
    });
  };
  server.on("upgrade", handleUpgrade);

  return {
    async close() {
      server.off("upgrade", handleUpgrade);
      for (const line of sockets.clients) line.close(1001);
      await new Promise<void>((resolve) => {
        sockets.close(() => resolve());
        for (const line of sockets.clients) line.terminate();
      });
    },
  };
}

interface Within {
  readonly tried: TriedCodes;
  readonly lookUp: ReturnType<typeof inTurn>;
}

async function letIn<T>(deps: DoorDeps<T> & Within, line: WebSocket, socket: Socket): Promise<void> {
  const address = socket.remoteAddress ?? "";
  const { key, clock, findCode, findAgent, admit, opened, tried, lookUp } = deps;
  const turns = new Turns(line, clock, offerMaskedFrames(line, socket));
  const hello = await turns.next(AgentHello, TURN_SECONDS);
  if (hello.protocol < AGENT_PROTOCOL) return refuse(line, "too_old", TOO_OLD);
  const { lookup } = hello;
  const isPairing = lookup !== undefined;
  if (isPairing && !tried.mayTry(address)) return refuse(line, "busy", TOO_MANY_CODES);
  const code = isPairing ? await lookUp(() => findCode(lookup)) : null;
  const proof = { key: key.publicKey, nonce: newNonce() };
  const ours = wordsToSign("hub", hello, proof);
  turns.say({
    kind: "proof",
    ...proof,
    signature: key.sign(ours),
    // Noise of the same length for a code that does not exist.
    ...(isPairing ? { code: proveCode(code ?? randomBytes(32).toString("hex"), ours) } : {}),
  });
  const said = await turns.next(AgentProof, TURN_SECONDS);
  const theirs = wordsToSign("agent", hello, proof);
  if (!isSignedBy(hello.key, theirs, said.signature)) return refuse(line, "not_known", UNKNOWN);
  const agent = isPairing ? null : await lookUp(() => findAgent(hello.key));
  const isKnown = isPairing ? code !== null && isSameProof(proveCode(code, theirs), said.code ?? "") : agent !== null;
  if (!isKnown) return refuse(line, "not_known", UNKNOWN);
  if (isPairing) tried.forget(address);
  // Who waited too long has gone, and comes again.
  if (line.readyState !== line.OPEN) return;
  const admitted: Admitted<T> = { hello, agent, address };
  const answer = await admit(admitted);
  if ("refused" in answer) return refuse(line, answer.refused, answer.message);
  turns.trust();
  turns.say(answer);
  opened(admitted, { socket: line, turns });
}

function refuse(line: WebSocket, why: AgentRefusal, message: string): void {
  line.send(JSON.stringify({ kind: "refused", why, message }));
  line.close(1008);
}

function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? "";
}
