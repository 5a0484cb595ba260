import type { CDPSession, Page } from "playwright-core";

/** What a screen reader is told: Chromium's accessibility tree, without what it leaves out. */
export interface Told {
  readonly role: string;
  readonly name: string;
  /** Of a heading. */
  readonly level?: number;
  /** How urgently changes are read aloud; undefined: not at all. */
  readonly live?: string;
  /** The same number, the same element: what is added to a region that was there before is read aloud. */
  readonly element: number;
}

interface AxNode {
  readonly nodeId: string;
  readonly childIds?: readonly string[];
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value?: unknown } }[];
  readonly backendDOMNodeId?: number;
}

/** One for each page, open as long as the page: what it has set ends with it. */
const sessions = new WeakMap<Page, Promise<CDPSession>>();

export function devtoolsOf(page: Page): Promise<CDPSession> {
  const known = sessions.get(page);
  if (known !== undefined) return known;
  const opened = page.context().newCDPSession(page);
  sessions.set(page, opened);
  return opened;
}

/** In the order in which it is read. */
export async function toldByScreenReader(page: Page): Promise<Told[]> {
  const devtools = await devtoolsOf(page);
  const { nodes } = (await devtools.send("Accessibility.getFullAXTree")) as unknown as { nodes: AxNode[] };
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const read = (node: AxNode | undefined): AxNode[] =>
    node === undefined ? [] : [node, ...(node.childIds ?? []).flatMap((id) => read(byId.get(id)))];
  return read(nodes[0])
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, properties = [], backendDOMNodeId = 0 }) => {
      const value = (wanted: string) => properties.find((property) => property.name === wanted)?.value.value;
      const level = value("level");
      const live = value("live");
      return {
        role: role?.value ?? "",
        name: words(name?.value ?? ""),
        ...(typeof level === "number" ? { level } : {}),
        ...(typeof live === "string" && live !== "off" ? { live } : {}),
        element: backendDOMNodeId,
      };
    });
}

/** The browser's own setting of how large text is, as a part of its usual 16 px. */
export async function setTextSize(page: Page, times: number): Promise<void> {
  const devtools = await devtoolsOf(page);
  await devtools.send("Page.setFontSizes", { fontSizes: { standard: 16 * times, fixed: 13 * times } });
}

export function words(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** What of the page cannot be read or pressed by somebody with large text and a narrow screen. */
export function hardToRead(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`scrolls ${root.scrollWidth - root.clientWidth} px sideways`);
    const isShown = (element: Element): boolean =>
      element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const holder = node.parentElement;
      if (holder === null || (node.textContent ?? "").trim() === "" || !isShown(holder)) continue;
      if (holder.closest("select, noscript, script, style") !== null) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const at = range.getBoundingClientRect();
      const box = holder.getBoundingClientRect();
      const isOut = at.left < -0.5 || at.right > root.clientWidth + 0.5;
      const isCut =
        at.left < box.left - 1 || at.right > box.right + 1 || at.top < box.top - 8 || at.bottom > box.bottom + 8;
      if (isOut || (isCut && getComputedStyle(holder).display !== "inline")) found.push(`cut off: ${node.textContent}`);
    }

    // What is chosen in a list is drawn by the browser, which cuts it without a word.
    const pen = document.createElement("canvas").getContext("2d");
    for (const select of document.querySelectorAll("select")) {
      const style = getComputedStyle(select);
      const ARROW = 20;
      const room =
        select.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight) - ARROW;
      if (pen === null || !isShown(select)) continue;
      pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      for (const option of select.options) {
        const wide = pen.measureText(option.text).width;
        if (wide > room)
          found.push(`cut off in a list: ${option.text} (${Math.round(wide)} of ${Math.round(room)} px)`);
      }
    }

    for (const control of document.querySelectorAll("button, a[href], select, input")) {
      if (!isShown(control)) continue;
      const { width, height } = control.getBoundingClientRect();
      if (width < 24 || height < 24) found.push(`too small: ${control.textContent} ${width} x ${height}`);
    }
    return found;
  });
}

/** Goes through the page by Tab alone: what cannot be reached, is reached without being seen, or lies under something. */
export async function hardToReach(page: Page): Promise<string[]> {
  const controls = "button, a[href], select, input";
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    getSelection()?.removeAllRanges();
    scrollTo(0, 0);
  });
  const shown = await page.locator(controls).filter({ visible: true }).count();
  const found: string[] = [];
  const reached = new Set<number>();
  // Once more than there are controls: the focus may begin inside of the page.
  for (let press = 0; press <= shown + 1 && reached.size < shown; press += 1) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate((which) => {
      const control = document.activeElement;
      if (control === null || !control.matches(which)) return null;
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(control);
      const box = control.getBoundingClientRect();
      const middle = (box.left + box.right) / 2;
      const heights = [box.top + 4, (box.top + box.bottom) / 2, box.bottom - 4];
      const open = heights.filter((y) => control.contains(document.elementFromPoint(middle, y))).length;
      return {
        index: [...document.querySelectorAll(which)].indexOf(control),
        name: control.textContent ?? "",
        isMarked:
          outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 && outlineColor !== "rgba(0, 0, 0, 0)",
        isOpen: open === heights.length,
      };
    }, controls);
    if (seen === null) continue;
    reached.add(seen.index);
    if (!seen.isMarked) found.push(`focus not seen: ${seen.name}`);
    if (!seen.isOpen) found.push(`focus covered: ${seen.name}`);
  }
  if (reached.size < shown) found.push(`only ${reached.size} of ${shown} controls are reached by Tab`);
  return found;
}

/** Where what is told differs from what is seen: headings with their levels, and everything that can be pressed. */
export async function toldOtherwise(page: Page): Promise<string[]> {
  const told = await toldByScreenReader(page);
  const seen = await page.evaluate(() => {
    const isShown = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true });
    const text = (element: Element): string => ((element as HTMLElement).innerText ?? "").replace(/\s+/g, " ").trim();
    const labelled = (element: Element): string => {
      const labels = [...((element as HTMLSelectElement).labels ?? [])].map(text).join(" ");
      return labels === "" ? text(element) : labels;
    };
    const all = (which: string): Element[] => [...document.querySelectorAll(which)].filter(isShown);
    return {
      headings: all("h1, h2, h3, h4").map((heading) => `${heading.tagName.slice(1)} ${text(heading)}`),
      controls: all("button, a[href], select, input").map(labelled),
      status: all("[role=status], [role=alert]")
        .map(text)
        .filter((words) => words !== ""),
    };
  });
  const headings = told.filter(({ role }) => role === "heading").map(({ level, name }) => `${level} ${name}`);
  const CONTROLS = ["button", "link", "combobox", "textbox"];
  const controls = told.filter(({ role }) => CONTROLS.includes(role)).map(({ name }) => name);
  const spoken = told.map(({ name }) => name).join(" ");
  return [
    ...differences("heading", seen.headings, headings),
    ...differences("control", seen.controls, controls),
    ...seen.status.filter((sentence) => !spoken.includes(sentence)).map((sentence) => `not told: ${sentence}`),
  ];
}

function differences(what: string, seen: readonly string[], told: readonly string[]): string[] {
  if (JSON.stringify(seen) === JSON.stringify(told)) return [];
  return [`${what}s seen: ${seen.join(" | ")}; told: ${told.join(" | ")}`];
}
