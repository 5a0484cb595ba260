import type { AgreedWindow, ConsentView } from "@caretaker/protocol";
import { element } from "./element.ts";
import { type Day, daysToChoose, type Slot } from "./home-time.ts";
import type { PageWords } from "./words/index.ts";

interface Choice {
  readonly onChosen: (window: AgreedWindow) => void;
  readonly onNotYet: () => void;
  readonly onBack: () => void;
}

/** Which day and which hours, in the home; what that means stands there before it is sent. */
export function anotherTime(view: ConsentView, words: PageWords, { onChosen, onNotYet, onBack }: Choice): HTMLElement {
  const days = view.windowChoice === null ? [] : daysToChoose(view.windowChoice, view.timeZone);
  const day = element("select", { id: "when-day" });
  const hours = element("select", { id: "when-hours" });
  const means = element("p", { class: "means", attributes: { "aria-live": "polite" } });
  const button = (label: string, kind: string, onclick: () => void): HTMLElement =>
    element("button", { class: kind, attributes: { type: "button" }, onclick }, label);
  const agree = button(words.when.agree, "main", () => {
    const slot = chosen();
    if (slot !== undefined) onChosen({ from: slot.from, to: slot.to });
  });

  const dayChosen = (): Day | undefined => days[day.selectedIndex];
  const chosen = (): Slot | undefined => dayChosen()?.slots[hours.selectedIndex];
  const showHours = (): void => {
    const slots = dayChosen()?.slots ?? [];
    hours.replaceChildren(
      ...slots.map(({ from, to }) =>
        element("option", {}, `${hourIn(view, words, from)} – ${hourIn(view, words, to)}`),
      ),
    );
  };
  const showMeaning = (): void => {
    const slot = chosen();
    means.textContent = slot === undefined ? "" : windowWords(view, words, slot, words.when.means);
  };
  day.append(...days.map(({ slots }) => element("option", {}, shortDayIn(view, words, slots[0]?.from ?? ""))));
  showHours();
  showMeaning();
  day.addEventListener("change", () => {
    showHours();
    showMeaning();
  });
  hours.addEventListener("change", showMeaning);

  const form =
    days.length === 0
      ? []
      : [
          element("label", { attributes: { for: "when-day" } }, words.when.day),
          day,
          element("label", { attributes: { for: "when-hours" } }, words.when.hours),
          hours,
          means,
          agree,
        ];
  return element(
    "section",
    { class: "when", attributes: { "aria-labelledby": "when-title" } },
    element("h2", { id: "when-title", attributes: { tabindex: "-1" } }, words.when.title),
    ...form,
    button(words.when.notYet, "other", onNotYet),
    button(words.when.back, "other", onBack),
  );
}

/** A window in words, by the clock of the home, and saying so when the reader is somewhere else. */
export function windowWords(
  view: ConsentView,
  words: PageWords,
  { from, to }: Slot,
  say: (day: string, from: string, to: string) => string,
): string {
  const sentence = say(dayIn(view, words, from), hourIn(view, words, from), hourIn(view, words, to));
  const isElsewhere = hourIn(view, words, from) !== hourIn({ timeZone: undefined }, words, from);
  return isElsewhere ? `${sentence} ${words.homeTime}` : sentence;
}

function dayIn({ timeZone }: Pick<ConsentView, "timeZone">, { locale }: PageWords, moment: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone, weekday: "long", day: "numeric", month: "long" }).format(
    new Date(moment),
  );
}

/** For a list, which cuts off what is too wide; the sentence below it has the day in full. */
function shortDayIn({ timeZone }: Pick<ConsentView, "timeZone">, { locale }: PageWords, moment: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone, weekday: "short", day: "numeric", month: "short" }).format(
    new Date(moment),
  );
}

function hourIn({ timeZone }: { timeZone: string | undefined }, { locale }: PageWords, moment: string): string {
  return new Intl.DateTimeFormat(locale, {
    ...(timeZone ? { timeZone } : {}),
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(moment));
}
