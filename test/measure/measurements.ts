import { agentCopies } from "./agent-copies.ts";
import { agentGuesses } from "./agent-guesses.ts";
import { agentKills } from "./agent-kills.ts";
import { agentLies } from "./agent-lies.ts";
import { agentMemory } from "./agent-memory.ts";
import { BAD_LINES_DOORS, badLines } from "./bad-lines.ts";
import { blast } from "./blast.ts";
import { clocks } from "./clocks.ts";
import { crash } from "./crash.ts";
import { drift } from "./drift.ts";
import { fence } from "./fence.ts";
import { freezes } from "./freezes.ts";
import { GARBAGE_DOORS, garbage } from "./garbage.ts";
import { guesses } from "./guesses.ts";
import { halfOpen } from "./half-open.ts";
import { history } from "./history.ts";
import { hostileRunbooks } from "./hostile-runbooks.ts";
import { kills } from "./kills.ts";
import type { Measurement } from "./measurement.ts";
import { newcomer } from "./newcomer.ts";
import { races } from "./races.ts";
import { revocations } from "./revocations.ts";
import { services } from "./services.ts";
import { tamper } from "./tamper.ts";

/** What we promise and anybody can measure again. Each is small in `npm test` and whole with `--full`. */
export const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  "agent-copies": {
    title: "two agents with one key are both frozen within five seconds, and no other home is",
    measure: agentCopies,
  },
  "agent-guesses": {
    title: "whoever guesses an agent's code or key is told one thing in one time, and is held up",
    measure: agentGuesses,
  },
  "agent-kills": {
    title: "an agent that is killed during an act never does it twice, however often it is told",
    measure: agentKills,
  },
  "agent-lies": {
    title: "to whoever is not its hub, whatever the network says, an agent says nothing",
    measure: agentLies,
  },
  "agent-memory": {
    title: "the agent of a home with 1,000 entities lives in little memory, after an hour of what such a home says",
    measure: agentMemory,
  },
  "bad-lines": {
    title: "whatever is wrong with a line, and whenever it begins, is met in time, said rightly and got over",
    measure: badLines,
    doors: BAD_LINES_DOORS,
  },
  blast: {
    title: "one person acts in no more homes within an hour than one person may, by whatever ways at once",
    measure: blast,
  },
  clocks: {
    title: "nothing fires early, twice or never, whatever the clocks do",
    measure: clocks,
  },
  crash: {
    title: "a hub that dies at any point sends nothing twice, loses no run and leaves no home dark",
    measure: crash,
  },
  drift: {
    title: "whatever changed since the yes stops the act, and doing less does not",
    measure: drift,
  },
  fence: {
    title: "a hub that was held up while another took its run over writes and sends nothing more",
    measure: fence,
  },
  freezes: {
    title: "whatever is frozen is acted on no more within a second, also by the next hub",
    measure: freezes,
  },
  garbage: {
    title: "whatever a gateway says is survived, counted, and costs the hub no time",
    measure: garbage,
    doors: GARBAGE_DOORS,
  },
  guesses: {
    title: "a link of a question is not guessed, whatever else is known",
    measure: guesses,
  },
  "half-open": {
    title:
      "a line that was cut without a word is noticed, nothing is sent on it, and it comes back without doing anything twice",
    measure: halfOpen,
  },
  history: {
    title: "what many clients were told of freezes and consent could have happened one after the other",
    measure: history,
  },
  "hostile-runbooks": {
    title: "runbooks made to cost the hub its time are refused at once",
    measure: hostileRunbooks,
  },
  kills: {
    title: "a hub process that is killed at any moment sends nothing twice and loses no run",
    measure: kills,
  },
  newcomer: {
    title: "somebody who has never seen it mends a home in three minutes, from the first page on",
    measure: newcomer,
  },
  races: {
    title: "nothing is done after a stop, after a freeze, or without a yes that holds, whatever meets whatever",
    measure: races,
  },
  revocations: {
    title: "what was taken back is closed within a second, on every screen at once",
    measure: revocations,
  },
  services: {
    title: "of all that a gateway could be told to do, only what the connector's table names arrives",
    measure: services,
  },
  tamper: {
    title: "whoever changes a ledger is found, and the first bad entry named",
    measure: tamper,
  },
};
