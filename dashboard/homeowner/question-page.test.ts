// @vitest-environment-options { "url": "https://care.example.org/q/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer, HomeQuestionView } from "@caretaker/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { PageProblem } from "./api.ts";
import { createQuestionPage } from "./question-page.ts";

const VIEW: HomeQuestionView = {
  status: "open",
  language: "en",
  firm: { name: "Bright Homes", phone: "+31 20 123 4567" },
  home: "Canal house",
  technician: "Sam Jansen",
  say: "Is the light on the bridge lit?",
  answers: ["lit", "dark"],
  answerBy: "2026-11-22T22:00:00.000Z",
  timeZone: "Europe/Amsterdam",
};

let root: HTMLElement;
let answered: Answer[];
let opened: number;
let failure: PageProblem | null;

beforeEach(() => {
  document.body.innerHTML = '<main id="page"></main>';
  root = document.querySelector("main") as HTMLElement;
  answered = [];
  opened = 0;
  failure = null;
});

async function open(given: Partial<HomeQuestionView> = {}): Promise<void> {
  let view = { ...VIEW, ...given };
  const api = {
    view: async () => view,
    opened: async () => {
      opened += 1;
    },
    answer: async (answer: Answer) => {
      if (failure !== null) throw failure;
      answered.push(answer);
      view = { ...view, status: "answered" };
      return view;
    },
  };
  await createQuestionPage(root, api, "en").open();
}

const text = (): string => root.textContent ?? "";
const press = async (name: string): Promise<void> => {
  [...root.querySelectorAll("button")].find((one) => one.textContent === name)?.click();
  await new Promise((resolve) => setTimeout(resolve, 0));
};

/** What stock runbooks let a homeowner answer. */
function stockAnswers(): string[] {
  const root = join(import.meta.dirname, "../..");
  const files = globSync("{hub,connectors/*}/runbooks/*.yaml", { cwd: root });
  const asks = files.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/of: homeowner\n[\s\S]*?answers: \[(.+)\]/g)].map(
      ([, answers = ""]) => answers,
    ),
  );
  return asks.flatMap((answers) => answers.split(", "));
}

describe("the answers that a stock runbook lets a homeowner choose", () => {
  it.each(["nl", "de", "fr"] as const)("have words of their own in %s", async (language) => {
    const answers = stockAnswers();
    expect(answers.length).toBeGreaterThan(3);

    await open({ language, answers });

    const shown = [...root.querySelectorAll("button")].map((button) => button.textContent);
    expect(shown.filter((word) => answers.includes(word ?? ""))).toEqual([]);
  });

  it("are sent as the runbook says them", async () => {
    await open({ language: "nl", answers: ["lit", "dark"] });

    await press("brandt niet");

    expect(answered).toEqual(["dark"]);
  });

  it("stand as a firm wrote them where they are its own", async () => {
    await open({ language: "de", answers: ["grün", "constructor"] });

    expect([...root.querySelectorAll("button")].map((button) => button.textContent)).toEqual(["grün", "constructor"]);
  });
});

describe("a question that allows nothing", () => {
  it("says who asks what, has its words as buttons, and is answered by one", async () => {
    await open();
    expect(text()).toContain("Sam Jansen would like to know something");
    expect(text()).toContain("Is the light on the bridge lit?");
    expect(text()).toContain("allows nothing");
    expect(opened).toBe(1);
    expect(answered).toEqual([]);

    await press("dark");

    expect(answered).toEqual(["dark"]);
    expect(text()).toContain("Your answer has arrived.");
    expect(root.querySelectorAll("button")).toHaveLength(0);
    expect(document.activeElement?.id).toBe("status");
  });

  it.each(["number", "text"] as const)("takes a %s that is typed, with its label", async (answers) => {
    await open({ answers });
    const field = root.querySelector("input") as HTMLInputElement;
    expect(root.querySelector(`label[for="${field.id}"]`)?.textContent).toBe("Your answer");
    field.value = " 21,5 ";
    root.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await new Promise((resolve) => setTimeout(resolve, 0));

    expect(answered).toEqual(["21,5"]);
  });

  it("says what went wrong, and can be answered again", async () => {
    await open();
    failure = new PageProblem("invalid_input");
    await press("lit");
    expect(root.querySelector(".problem")?.textContent).toContain("does not fit the question");

    failure = null;
    await press("lit");
    expect(answered).toEqual(["lit"]);
  });

  it.each(["answered", "over"] as const)("that is %s shows nothing to press", async (status) => {
    await open({ status });
    expect(root.querySelectorAll(".actions button")).toHaveLength(0);
  });

  it("shows names as names, whatever they contain", async () => {
    await open({ say: "<img src=x onerror=alert(1)>", technician: "<b>Sam</b>" });
    expect(root.querySelector("img, b")).toBeNull();
  });
});
