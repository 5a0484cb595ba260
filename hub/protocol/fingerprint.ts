/** Crockford's alphabet: none of its letters is mistaken for a digit. */
export const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP = 4;
const FINGERPRINT_LETTERS = 12;

/** One letter for each byte, so that none is likelier than another; in groups of four, as people read them out. */
export function lettersOf(bytes: Uint8Array, count: number): string {
  return inGroups([...bytes.subarray(0, count)].map((byte) => LETTERS[byte % LETTERS.length]).join(""));
}

export function inGroups(letters: string): string {
  return (letters.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? []).join("-");
}

/** Twelve letters, 60 bits, of a key's SHA-256: what two people, or two screens, are compared by. */
export function fingerprintLetters(digest: Uint8Array): string {
  return lettersOf(digest, FINGERPRINT_LETTERS);
}
