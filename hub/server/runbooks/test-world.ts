import { homeAssistant } from "@caretaker/connector-home-assistant";
import type { RunbookMistake } from "@caretaker/protocol";
import { validateRunbook } from "./validate.ts";
import type { World } from "./world.ts";

export const WORLD: World = { connectors: [homeAssistant.manifest], runbooks: new Map() };

/** A good runbook; a test changes the line it is about. */
export const GOOD = `id: home-assistant/dead-bridge
version: 3
title: Revive a bridge
tell: { en: The box has stopped answering., nl: Het kastje reageert niet meer. }
inputs:
  service: integration
  bridge: { type: device, title: The bridge }
  often: { type: number, default: 3 }
limit: 30m
steps:
  - check: alive
    read: integration.state
    with: { integration: $service }
    expect: { state: loaded, unavailable: 0 }
    next: { pass: { end: healthy } }
  - choose: cause
    cases:
      - when: { $alive.needsSignIn: true }
        then: { end: needs_homeowner, note: Sign in again. }
      - when: { $bridge.poweredBy: { exists: false } }
        then: { end: needs_visit }
    else: continue
  - fix: power
    do: power.cycle
    with: { switch: $bridge.poweredBy, off: 10s }
    verify: { read: device.state, with: { device: $bridge }, expect: { availability: online }, within: 3m, holds: 30s }
    undo: { do: power.on, with: { switch: $bridge.poweredBy } }
    next: { failed: { end: undone } }
  - wait: settled
    again: alive
    within: 5m
    next: { fail: { end: not_fixed } }
  - end: fixed
`;

export function mistakesIn(text: string, world: World = WORLD): RunbookMistake[] {
  const result = validateRunbook("test.yaml", text, world);
  return result.ok ? [] : [...result.mistakes];
}

/** Each mistake as `line:column code text -> what was meant`. */
export function linesOf(text: string, world: World = WORLD): string[] {
  return mistakesIn(text, world).map(
    ({ line, column, code, text: shown, didYouMean }) =>
      `${line}:${column} ${code} ${shown}${didYouMean === undefined ? "" : ` -> ${didYouMean}`}`,
  );
}

/** `GOOD` with one piece of its text replaced. */
export function changed(from: string, to: string): string {
  if (!GOOD.includes(from)) throw new Error(`The good runbook does not say: ${from}`);
  return GOOD.replace(from, to);
}
