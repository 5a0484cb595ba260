import { RE2JS } from "re2js";

const compiled = new Map<string, RE2JS>();
const KEPT = 500;

/** A pattern written out in full, without its short forms such as {1,500}: matching takes time for each part of it. */
const LARGEST = 1000;

/** How large a pattern is when it is written out, or why it cannot be used. None can take the hub's time by backtracking. */
export function judgePattern(pattern: string): { readonly size: number; readonly mistake: string | null } {
  try {
    const size = compile(pattern).programSize();
    return { size, mistake: size > LARGEST ? `it is too large when its repetitions are written out (${size})` : null };
  } catch (error) {
    return { size: pattern.length, mistake: error instanceof Error ? error.message : String(error) };
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
