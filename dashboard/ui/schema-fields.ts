/** The part of JSON Schema that a connector's configuration uses. */
interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
}

export interface SchemaField {
  readonly name: string;
  readonly kind: "text" | "secret" | "number" | "switch" | "choice";
  readonly label: string;
  readonly description: string | null;
  readonly isRequired: boolean;
  readonly options: readonly string[];
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly isUrl: boolean;
  readonly initial: string | number | boolean;
}

/** A certificate or a host key is pinned by a person's yes in the checklist, never typed: `pinnedCertificate`. */
const PINNED = /^pinned[A-Z]/;

/** The field of a make's configuration that keeps a certificate or a host key that was pinned. */
export function pinnedFieldOf({ properties = {} }: JsonSchema, { isHostKey, setting }: Pinned): string | undefined {
  const field = setting ?? (isHostKey ? "pinnedHostKey" : "pinnedCertificate");
  return Object.hasOwn(properties, field) ? field : undefined;
}

interface Pinned {
  readonly isHostKey?: boolean | undefined;
  readonly setting?: string | undefined;
}

/** The fields of a form for the JSON Schema of a connector's configuration, in the order it names them. */
export function fieldsOf(schema: Readonly<Record<string, unknown>>, secrets: readonly string[]): SchemaField[] {
  const { properties = {}, required = [] } = schema as JsonSchema;
  return Object.entries(properties)
    .filter(([name]) => !PINNED.test(name))
    .map(([name, property]) => fieldOf(name, plain(property), secrets.includes(name), required.includes(name)));
}

/** A nullable or optional union shows as its first real type. */
function plain(property: JsonSchema): JsonSchema {
  const inner = property.anyOf?.find((each) => each.type !== "null");
  return inner ? { ...inner, ...property } : property;
}

function fieldOf(name: string, property: JsonSchema, isSecret: boolean, isRequired: boolean): SchemaField {
  const kind = kindOf(property, isSecret);
  const empty = kind === "switch" ? false : "";
  const initial = property.default;
  const isSimple = typeof initial === "string" || typeof initial === "number" || typeof initial === "boolean";
  return {
    name,
    kind,
    label: property.title ?? spoken(name),
    description: property.description ?? null,
    // A field with a default need not be typed, whatever the schema of the output says.
    isRequired: isRequired && initial === undefined,
    options: (property.enum ?? []).map(String),
    minimum: property.minimum ?? null,
    maximum: property.maximum ?? null,
    isUrl: property.format === "uri",
    initial: isSimple ? initial : empty,
  };
}

function kindOf(property: JsonSchema, isSecret: boolean): SchemaField["kind"] {
  if (isSecret) return "secret";
  if (property.enum !== undefined) return "choice";
  if (property.type === "boolean") return "switch";
  return property.type === "number" || property.type === "integer" ? "number" : "text";
}

/** `accessToken` as a person says it: `Access token`. */
export function spoken(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export type SchemaValues = Readonly<Record<string, string | number | boolean>>;

export function initialValues(fields: readonly SchemaField[]): SchemaValues {
  return Object.fromEntries(fields.map((field) => [field.name, field.initial]));
}

/** What is sent: fields left empty are left out, so that the schema's own defaults hold. */
export function configOf(fields: readonly SchemaField[], values: SchemaValues): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = values[name];
      const clean = typeof value === "string" ? value.trim() : value;
      return clean === "" || clean === undefined ? [] : [[name, clean]];
    }),
  );
}
