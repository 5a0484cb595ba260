import type { PageWords } from "./words/index.ts";

type Child = Node | string | null;

interface Properties {
  readonly id?: string;
  readonly class?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly onclick?: () => void;
}

/** Makes an element. Words become text nodes, so nothing that a home or a person is called can be markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { id, class: className, attributes = {}, onclick }: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (id !== undefined) made.id = id;
  if (className !== undefined) made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (onclick !== undefined) made.addEventListener("click", onclick);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** How to telephone the firm; null where it has no number. */
export function callLink(
  words: PageWords,
  { name, phone }: { readonly name: string; readonly phone: string | null },
): HTMLElement | null {
  if (phone === null) return null;
  return element(
    "a",
    { class: "call", attributes: { href: `tel:${phone.replace(/[^+0-9]/g, "")}` } },
    words.call(name),
    " ",
    element("span", { class: "number" }, phone),
  );
}
