import { ERROR_CODES, type Operation, operations, Problem, type Who } from "@caretaker/protocol";
import { z } from "zod";

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of all operations, made from the registry: the name of an operation is its operationId. */
export function openApiDocument({ publicUrl, version }: { publicUrl: string; version: string }): Json {
  const paths: Record<string, Json> = {};
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    const [method = "GET", path = "/"] = operation.path.split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(name, operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Caretaker",
      version,
      description:
        "Operations of a Caretaker hub. Programs send an API key; what changes in a home is streamed over Socket.IO, see docs/live.md.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    tags: [...new Set(Object.keys(operations).map(tagOf))].map((tag) => ({ name: tag })),
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key of this hub: `Authorization: Bearer ctk_…`" },
        session: { type: "apiKey", in: "cookie", name: "caretaker.session_token", description: "A signed-in browser" },
      },
      schemas: { Problem: schemaOf(Problem, "output") },
    },
  };
}

function describe(name: string, operation: Operation): Json {
  const [method = "GET", path = "/"] = operation.path.split(" ");
  const schema = schemaOf(operation.input, "input");
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  const required = new Set((schema.required ?? []) as string[]);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const rest = Object.entries(properties).filter(([field]) => !inPath.includes(field));
  const isRead = method === "GET";
  const parameters = [
    ...inPath.map((field) => ({ name: field, in: "path", required: true, schema: properties[field] ?? {} })),
    ...(isRead
      ? rest.map(([field, shape]) => ({ name: field, in: "query", required: required.has(field), schema: shape }))
      : []),
    ...(operation.idempotent
      ? [
          {
            name: "Idempotency-Key",
            in: "header",
            required: false,
            schema: { type: "string", minLength: 8, maxLength: 200 },
            description: "The same key and input answer the same again.",
          },
        ]
      : []),
  ];
  const body = {
    type: "object",
    properties: Object.fromEntries(rest),
    required: rest.map(([field]) => field).filter((field) => required.has(field)),
    additionalProperties: false,
  };
  const content = {
    [operation.stream ? "application/x-ndjson" : "application/json"]: { schema: schemaOf(operation.output, "output") },
  };
  return {
    operationId: name,
    tags: [tagOf(name)],
    summary: operation.summary,
    description: describeNeeds(operation),
    security: securityOf(operation.needs.who, operation.needs.noKeys === true),
    parameters,
    ...(isRead ? {} : { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: {
      [operation.status ?? 200]: { description: "Done", content },
      default: {
        description: `A problem. Its code is one of: ${Object.keys(ERROR_CODES).join(", ")}.`,
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function tagOf(name: string): string {
  return name.split(".")[0] ?? name;
}

function describeNeeds({ needs, ledger, stream }: Operation): string {
  const who =
    typeof needs.who === "string"
      ? {
          anyone: "anyone",
          link: "whoever holds the link",
          setup: "whoever holds the setup token",
          signed_in: "everybody who is signed in",
        }[needs.who]
      : needs.who.roles.join(", ");
  return [
    `For: ${who}.`,
    needs.freshFactor ? "A person needs a second factor used in the last five minutes." : "",
    needs.noKeys ? "Not with an API key." : "",
    ledger === undefined ? "" : `Writes into a ledger: ${ledger.join(", ")}.`,
    stream ? "The answer is one JSON document per line, each as soon as it is known." : "",
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function securityOf(who: Who, noKeys: boolean): Json[] {
  if (who === "anyone" || who === "link" || who === "setup") return [];
  return noKeys ? [{ session: [] }] : [{ key: [] }, { session: [] }];
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    target: "draft-2020-12",
  }) as Json;
  return rest;
}
