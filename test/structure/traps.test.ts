import { expect, it } from "vitest";
import { sources } from "./sources.ts";

/** What other systems fell into. Each is a test that is named after it, so that it can be found and is not lost. */
const TRAPS = [
  "auto-accept by default",
  "settings silently ignored",
  "expiry that needs a disabled collector",
  "an answer racing the pause",
  "waits that continue on expiry",
  "a fix fired by an expiry",
  "a fix fired on every poll",
  "a check that stays red after the repair",
  "maintenance as an untimed boolean",
  "state erased on disconnect",
  "a session listed open after its link was lost",
  "one clock overruling another",
  "approver equals requester",
  "power-cycling the switch you are connected through",
  "a verify that was true before the fix",
];

it.each(TRAPS)("the trap is a test of its own: %s", (trap) => {
  const named = sources().filter(({ path, text }) => /\.test\.tsx?$/.test(path) && text.includes(`("${trap}: `));

  expect(named.map(({ path }) => path)).not.toEqual([]);
});
