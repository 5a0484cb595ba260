/**
 * A login form. Some firmware compares the password without decoding it, so only what would break the form is encoded:
 * control characters, `%`, `&`, `+`, `=` and what is not ASCII.
 */
export function loginForm(user: string, password: string): string {
  return `login=${encode(user)}&passwd=${encode(password)}`;
}

function encode(text: string): string {
  return text.replace(/[^\x20-\x7e]|[%&+=]/gu, (character) =>
    /\p{Surrogate}/u.test(character) ? "%EF%BF%BD" : escaped(character),
  );
}

function escaped(character: string): string {
  return [...Buffer.from(character, "utf8")]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}
