type Json = Readonly<Record<string, unknown>>;

const BY_FORMAT: Readonly<Record<string, string>> = {
  uuid: "019aaaaa-0000-7000-8000-00000000000f",
  email: "ann@example.com",
  "date-time": "2026-11-23T19:04:05.000Z",
  date: "2026-11-23",
  uri: "https://example.com/",
};

/** Words for the patterns of our own schemas; the first that matches is taken. */
const WORDS = [
  ...["home-assistant/dead-bridge", "3f2a-91bc", "22:00", "+31 20 123 4567", "7KQM-2F9D-XW3A"],
  ...["a".repeat(64), "0".repeat(64), "a".repeat(43)],
];

/** A value that a JSON schema takes, with `extra` added to every object that has named fields and is not strict. */
export function sampleOf(schema: Json, extra: Json = {}, root: Json = schema): unknown {
  const inner = (part: unknown): unknown => sampleOf(part as Json, extra, root);
  if (typeof schema.$ref === "string") return inner(followRef(root, schema.$ref));
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return inner(choices[0]);
  if (Array.isArray(schema.allOf)) return Object.assign({}, ...schema.allOf.map(inner));
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "object":
      return sampleObject(schema, extra, inner);
    case "array":
      return Array.isArray(schema.prefixItems) ? schema.prefixItems.map(inner) : [inner(schema.items ?? {})];
    case "string":
      return sampleString(schema);
    case "integer":
    case "number":
      return Math.max(1, Number(schema.minimum ?? 1));
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "any";
  }
}

function sampleObject(schema: Json, extra: Json, inner: (part: unknown) => unknown): Json {
  const properties = Object.entries((schema.properties ?? {}) as Json);
  if (properties.length === 0 && typeof schema.additionalProperties === "object") return {};
  const sample = Object.fromEntries(properties.map(([field, part]) => [field, inner(part)]));
  return schema.additionalProperties === false ? sample : { ...sample, ...extra };
}

function sampleString({ format, pattern, minLength, maxLength }: Json): string {
  const known = typeof format === "string" ? BY_FORMAT[format] : undefined;
  if (known !== undefined) return known;
  const padded = "words".padEnd(Number(minLength ?? 0), "s").slice(0, Number(maxLength ?? 1000));
  if (typeof pattern !== "string") return padded;
  const word = [padded, ...WORDS].find((one) => new RegExp(pattern).test(one));
  if (word === undefined) throw new Error(`no word here matches ${pattern}`);
  return word;
}

function followRef(root: Json, ref: string): unknown {
  return ref
    .replace(/^#\/?/, "")
    .split("/")
    .filter((part) => part !== "")
    .reduce<unknown>((at, part) => (at as Json)[part], root);
}
