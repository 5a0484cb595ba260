/**
 * What a value looks like without what it says: field names and kinds. Fields named in `loose` are only there or not.
 * Lists are described by their first element, since the homes that are compared have other things in them.
 */
export function shapeOf(value: unknown, loose: readonly string[] = []): unknown {
  if (value === null || value === undefined) return value === null ? "null" : "absent";
  if (Array.isArray(value)) return value.length === 0 ? "list" : ["list of", shapeOf(value[0], loose)];
  if (typeof value !== "object") return typeof value;
  const fields = Object.entries(value).map(([name, inner]): [string, unknown] => {
    // Keys that are ids differ from home to home.
    const told = /^[0-9a-z]{20,}$/i.test(name) ? "(an id)" : name;
    return [told, loose.includes(name) ? "any" : shapeOf(inner, loose)];
  });
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}
