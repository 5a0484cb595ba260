import { describe, expect, it } from "vitest";
import { linesOf, mistakesIn } from "./test-world.ts";

describe("each", () => {
  const base = (each: string, more = "integration: $one.key", expected = "unavailable: 0") => `id: test
version: 1
title: Test
tell: Test
inputs: { service: integration, often: number }
limit: 30m
steps:
  - check: all
    read: integration.list
    expect: { ill: 0 }
  - check: one-by-one
    read: integration.state
    with: { ${more} }
    expect: { ${expected} }
    each: { of: ${each}, as: one, max: 10 }
  - end: found
`;
  const list = "$all.integrations";

  it.each([
    ["goes through a list of what was read", base(list), []],
    ["is not done with a number", base("$all.ill"), ["15:17 wrong_type $all.ill"]],
    ["is not done with the result of a step", base("$all"), ["15:17 wrong_type $all"]],
    ["is not done with an input, of which there is one", base("$service"), ["15:17 wrong_type $service"]],
    ["is not done with a field that is not read", base("$all.things"), ["15:17 unknown_field $all.things"]],
    [
      "is not done with a misspelt field",
      base("$all.integration"),
      ["15:17 unknown_field $all.integration -> integrations"],
    ],
    ["knows the fields of an item", base(list, "integration: $one.kye"), ["13:26 unknown_field $one.kye"]],
    ["knows their types", base(list, "integration: $one.name"), ["13:26 wrong_type $one.name"]],
    ["takes a field of the item, not the item", base(list, "integration: $one"), ["13:26 wrong_type $one"]],
    [
      "judges them where they are compared",
      base(list, undefined, "entities: $one.entities, state: $one.entities"),
      ["14:47 wrong_type $one.entities"],
    ],
    [
      "has its item only in its own step",
      base(list).replace(
        "  - end",
        "  - choose: last\n    cases: [ { when: { $one.disabled: true }, then: { end: found } } ]\n    else: continue\n  - end",
      ),
      ["17:24 may_not_have_run $one.disabled"],
    ],
  ])("%s", (_, text, expected) => {
    expect(linesOf(text)).toEqual(expected);
  });

  it("says what stands there and what is needed", () => {
    expect(mistakesIn(base("$all.ill")).map(({ message }) => message)).toEqual(["is a number, where a list is needed"]);
  });
});
