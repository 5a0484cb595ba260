/** A name as it is compared: without case, accents and punctuation, so that `Mila’s Bedroom` is `mila s bedroom`. */
export function foldName(name: string): string {
  const folded = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  // A name of signs alone is only like itself.
  return folded === "" ? name.trim() : folded;
}
