import type { RunbookMistake, Step } from "@caretaker/protocol";
import type { Known } from "./operands.ts";
import { allSteps, mustBeNamed, outcomesOf, resultsOf, whatFollows } from "./results.ts";
import type { Path, RunbookSource } from "./source.ts";
import { didYouMean } from "./suggest.ts";
import { type Placed, placedIn } from "./walk.ts";
import type { World } from "./world.ts";

/** What is certain where a step is reached, whichever way led there. */
interface Flow {
  /** Steps that have run on every way. */
  readonly known: Known;
  /** On some way the last thing that was judged is unknown. */
  readonly afterUnknown: boolean;
}

/** Follows every way through a runbook: what may not have run, what is never reached, and where an unknown leads. */
export class FlowCheck {
  readonly mistakes: RunbookMistake[] = [];
  readonly #source: RunbookSource;
  readonly #world: World;
  readonly #visit: (step: Step, path: Path, known: Known) => void;

  constructor(source: RunbookSource, world: World, visit: (step: Step, path: Path, known: Known) => void) {
    this.#source = source;
    this.#world = world;
    this.#visit = visit;
  }

  runbook(steps: readonly Placed[]): void {
    const flow = this.#sequence(steps, { known: new Set(), afterUnknown: false });
    const last = steps.at(-1);
    if (flow === null || last === undefined) return;
    this.#add(
      "no_end",
      last.path,
      "is the last step, and some way through it does not say how the run ends: add an `end`",
    );
  }

  /** Where the steps lead on to what comes after them, or null when each way ends. */
  #sequence(steps: readonly Placed[], start: Flow): Flow | null {
    let flow: Flow | null = start;
    for (const { step, path } of steps) {
      if (flow === null) {
        this.#add("never_reached", path, "is never reached: every way has ended before");
        this.#step(step, path, start);
        return null;
      }
      flow = this.#step(step, path, flow);
    }
    return flow;
  }

  #step(step: Step, path: Path, before: Flow): Flow | null {
    this.#visit(step, path, before.known);
    if (before.afterUnknown && this.#canFix(step)) {
      this.#add(
        "unknown_leads_to_fix",
        path,
        "can be reached from an unknown result: put a check before it, or end there",
      );
    }
    const results = resultsOf(step, (id) => this.#outcomes(id));
    this.#checkNames(step, path, results);
    const known = step.kind === "end" ? before.known : new Set([...before.known, step.name]);
    const exits: (Flow | null)[] = step.if === null ? [] : [before];
    for (const [result, on] of this.#ways(step, path, results)) {
      const afterUnknown = result === "unknown" || (!isDecisive(step) && before.afterUnknown);
      const flow = { known, afterUnknown };
      exits.push(on === "continue" ? flow : on === "ends" ? null : this.#sequence(on, flow));
    }
    return merged(exits);
  }

  /** Each way out of a step: what leads there, and the steps that come then. */
  #ways(step: Step, path: Path, results: readonly string[]): [string, "continue" | "ends" | Placed[]][] {
    const ways: [string, "continue" | "ends" | Placed[]][] = results.map((result) => {
      const follows = whatFollows(step, result);
      if ("outcome" in follows) return [result, "ends"];
      if (follows.branch === "continue") return [result, "continue"];
      return [result, placedIn(follows.branch, [...path, "next", result], this.#source)];
    });
    if (step.kind !== "choose") return ways;
    const placed = (branch: typeof step.else, at: Path): "continue" | Placed[] =>
      branch === "continue" ? branch : placedIn(branch, at, this.#source);
    for (const [index, { branch }] of step.cases.entries()) {
      ways.push(["case", placed(branch, [...path, "cases", index, "then"])]);
    }
    return [...ways, ["else", placed(step.else, [...path, "else"])]];
  }

  #checkNames(step: Step, path: Path, results: readonly string[]): void {
    const must = mustBeNamed(step);
    if (must !== null && !Object.hasOwn(step.next, must)) {
      this.#add("unnamed_result", path, `\`${must}\` has to be named in \`next\`: say what comes then`);
    }
    if (step.kind === "use" && !this.#world.runbooks.has(step.runbook)) return;
    for (const result of Object.keys(step.next)) {
      if (results.includes(result)) continue;
      const list = results.length === 0 ? "it has none" : `it has ${results.join(", ")}`;
      const message = `\`${result}\` is no result of a ${step.kind}; ${list}`;
      const mistake = this.#source.mistake("unknown_result", [...path, "next", result], message, {
        atKey: true,
        didYouMean: didYouMean(result, results),
      });
      this.mistakes.push(mistake);
    }
  }

  #canFix(step: Step, above: readonly string[] = []): boolean {
    if (step.kind === "fix" || step.kind === "consent") return true;
    const used = step.kind === "use" ? this.#world.runbooks.get(step.runbook) : undefined;
    if (used === undefined || above.includes(used.id)) return false;
    return allSteps(used.steps).some((inner) => inner.kind !== "consent" && this.#canFix(inner, [...above, used.id]));
  }

  #outcomes(id: string): readonly string[] {
    const used = this.#world.runbooks.get(id);
    // Of one that is not known, something comes out that is not named.
    return used === undefined ? ["fixed"] : outcomesOf(used);
  }

  #add(code: RunbookMistake["code"], path: Path, message: string): void {
    this.mistakes.push(this.#source.mistake(code, path, message));
  }
}

/** A result of these was judged, so what follows from it follows from something known. */
function isDecisive(step: Step): boolean {
  return (
    step.kind === "check" ||
    step.kind === "wait" ||
    step.kind === "choose" ||
    step.kind === "ask" ||
    step.kind === "use"
  );
}

function merged(exits: readonly (Flow | null)[]): Flow | null {
  const open = exits.filter((flow) => flow !== null);
  const [first, ...others] = open;
  if (first === undefined) return null;
  return {
    known: new Set([...first.known].filter((name) => others.every(({ known }) => known.has(name)))),
    afterUnknown: open.some(({ afterUnknown }) => afterUnknown),
  };
}
