/**
 * What is left of a command line when all known flags are taken: flags that do not exist, with the value that may follow
 * each, and words that stand alone.
 */
export function strangeWords(words: readonly string[]): { flags: Record<string, string>; alone: readonly string[] } {
  const flags: Record<string, string> = {};
  const alone: string[] = [];
  let last: string | null = null;
  for (const word of words) {
    const [name = "", value] = word.replace(/^-+/, "").split(/=(.*)/s);
    if (word.startsWith("-")) {
      flags[name] = value ?? "";
      last = value === undefined ? name : null;
    } else if (last === null) {
      alone.push(word);
    } else {
      flags[last] = word;
      last = null;
    }
  }
  return { flags, alone };
}
