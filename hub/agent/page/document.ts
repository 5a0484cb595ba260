import { wordsIn } from "../words/index.ts";
import { html } from "./html.ts";
import { partsOf, type ViewFacts } from "./view.ts";

/** The whole page. Each part stands alone, so that one that changes can be put in place without the others. */
export function documentOf(facts: ViewFacts): string {
  const { title } = wordsIn(facts.language);
  const parts = Object.entries(partsOf(facts));
  const page = html`<html lang="${facts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<meta name="format-detection" content="telephone=no">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">
<script src="script.js" defer></script>
</head>
<body><main>
${parts.map(([name, part]) => html`<section data-part="${name}">${part}</section>\n`)}
</main></body></html>`;
  return `<!doctype html>\n${page.text}\n`;
}
