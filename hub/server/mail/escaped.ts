/** Words of a person as they may stand in a message's HTML: they stay words, whatever they are made of. */
export function escaped(words: string): string {
  return words.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
