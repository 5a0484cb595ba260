import { type OperationName, operations } from "./operations.ts";

export interface OperationRequestParts {
  readonly method: string;
  /** From the API's root, with its query: `/sites?limit=10`. */
  readonly path: string;
  /** JSON; absent for a GET. */
  readonly body?: string;
}

/** Where an operation's input goes: fields named in the path, the rest into the query of a GET and the body of others. */
export function requestOf(name: OperationName, input: Readonly<Record<string, unknown>>): OperationRequestParts {
  const [method = "GET", template = "/"] = operations[name].path.split(" ");
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const path = template.replace(/\{(\w+)\}/g, (_whole, field: string) => {
    const value = rest.get(field);
    rest.delete(field);
    return encodeURIComponent(String(value));
  });
  if (method !== "GET") return { method, path, body: JSON.stringify(Object.fromEntries(rest)) };
  const query = new URLSearchParams(
    [...rest].map(([field, value]): [string, string] => [field, String(value)]),
  ).toString();
  return { method, path: query === "" ? path : `${path}?${query}` };
}
