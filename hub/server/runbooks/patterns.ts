import { RE2JS } from "re2js";

const compiled = new Map<string, RE2JS>();
const KEPT = 500;

/** Why a pattern cannot be used, or null. Patterns run without backtracking, so none can take the hub's time. */
export function patternMistake(pattern: string): string | null {
  try {
    compile(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether the pattern is found anywhere in the text. */
export function isFound(pattern: string, text: string): boolean {
  return compile(pattern).matcher(text).find();
}

function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const made = RE2JS.compile(pattern);
  if (compiled.size >= KEPT) compiled.clear();
  compiled.set(pattern, made);
  return made;
}
