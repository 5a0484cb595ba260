import { OPERATION_NAMES, operations } from "@caretaker/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openApiDocument } from "./openapi.ts";

const Schema = z.record(z.string(), z.unknown());
const Content = z.record(z.string(), z.strictObject({ schema: Schema }));
const Parameter = z.strictObject({
  name: z.string().min(1),
  in: z.enum(["path", "query", "header"]),
  required: z.boolean(),
  schema: Schema,
  description: z.string().optional(),
});
/** What OpenAPI 3.1 requires of the members that we use; anything else in the document is a slip. */
const Described = z.strictObject({
  operationId: z.string(),
  tags: z.array(z.string()).min(1),
  summary: z.string().min(1),
  description: z.string().min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(Parameter),
  requestBody: z.strictObject({ required: z.boolean(), content: Content }).optional(),
  responses: z.record(
    z.string().regex(/^([1-5]\d\d|default)$/),
    z.strictObject({ description: z.string().min(1), content: Content }),
  ),
});
const Document = z.strictObject({
  openapi: z.literal("3.1.0"),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  servers: z.array(z.strictObject({ url: z.url() })).min(1),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(
    z.string().startsWith("/"),
    z.partialRecord(z.enum(["get", "post", "patch", "put", "delete"]), Described),
  ),
  components: z.strictObject({
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.enum(["http", "apiKey"]) })),
    schemas: z.record(z.string(), Schema),
  }),
});

const document = openApiDocument({ publicUrl: "https://care.example.com", version: "1.2.3" });
const parsed = Document.parse(document);
const described = Object.entries(parsed.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method, ...one! })),
);

describe("the API's document", () => {
  it("has every operation once, and nothing else", () => {
    expect(described.map(({ operationId }) => operationId).sort()).toEqual([...OPERATION_NAMES].sort());
  });

  it.each(OPERATION_NAMES)("says where %s is, what it takes and what it answers", (name) => {
    const { path, input, status = 200, needs, idempotent = false } = { ...definitionOf(name) };
    const [method = "", address = ""] = path.split(" ");
    const one = described.find(({ operationId }) => operationId === name)!;
    const inPath = [...address.matchAll(/\{(\w+)\}/g)].map(([, field]) => field);
    const place = (where: string) => one.parameters.filter((parameter) => parameter.in === where);

    expect([one.method, one.path]).toEqual([method.toLowerCase(), address]);
    expect(place("path").map((parameter) => parameter.name)).toEqual(inPath);
    expect(place("path").every(({ required, schema }) => required && "type" in schema)).toBe(true);
    expect(place("header").map((parameter) => parameter.name)).toEqual(idempotent ? ["Idempotency-Key"] : []);
    const body = one.requestBody?.content["application/json"]?.schema;
    const rest = method === "GET" ? place("query").map((parameter) => parameter.name) : Object.keys(fieldsOf(body));
    expect([...inPath, ...rest].sort()).toEqual(Object.keys(input.shape).sort());
    expect(Object.keys(one.responses).sort()).toEqual([String(status), "default"]);
    expect(one.security.length > 0).toBe(!["anyone", "link", "setup"].includes(String(needs.who)));
    expect(one.security.some((way) => "key" in way)).toBe(one.security.length > 0 && needs.noKeys !== true);
  });

  it("points only at what it has", () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = ""]) => ref);

    expect(refs.length).toBeGreaterThan(0);
    for (const ref of new Set(refs)) expect(reach(document, ref), ref).toBeDefined();
    for (const way of described.flatMap(({ security }) => security.flatMap((one) => Object.keys(one))))
      expect(parsed.components.securitySchemes).toHaveProperty(way);
    for (const tag of described.flatMap(({ tags }) => tags)) expect(parsed.tags).toContainEqual({ name: tag });
  });
});

function definitionOf(name: (typeof OPERATION_NAMES)[number]) {
  return operations[name] as {
    path: string;
    input: z.ZodObject;
    status?: number;
    needs: { who: unknown; noKeys?: boolean };
    idempotent?: boolean;
  };
}

function fieldsOf(schema: Record<string, unknown> | undefined): Record<string, unknown> {
  return (schema?.properties ?? {}) as Record<string, unknown>;
}

function reach(root: unknown, ref: string): unknown {
  return ref
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], root);
}
