import type { z } from "zod";
import type { LedgerEvent } from "./ledger.ts";
import type { Role } from "./people.ts";

/**
 * Who may call an operation. `roles` are the roles of people and keys; `setup` needs the one-time setup token; `link`
 * a homeowner's link token; `signed_in` any role. Nothing is for anyone unless it says `anyone`.
 */
export type Who = { readonly roles: readonly Role[] } | "signed_in" | "setup" | "link" | "anyone";

export interface Needs {
  readonly who: Who;
  /** What the call is about, so that the rule can look at it. */
  readonly on:
    | "firm"
    | "client"
    | "site"
    | "gateway"
    | "agent"
    | "device"
    | "run"
    | "request"
    | "person"
    | "key"
    | "session";
  /** A second factor used in the last five minutes. Keys have no factor: they pass, unless `noKeys`. */
  readonly freshFactor?: boolean;
  /** Keys may not call it: it would let a leaked key make more of itself. */
  readonly noKeys?: boolean;
}

export interface Operation<I extends z.ZodObject = z.ZodObject, O extends z.ZodType = z.ZodType> {
  /** `METHOD /path/{field}`: a path parameter has the input field's name. GET takes the rest from the query, others from the JSON body. */
  readonly path: `${"GET" | "POST" | "PATCH" | "PUT" | "DELETE"} /${string}`;
  readonly summary: string;
  readonly input: I;
  readonly output: O;
  readonly needs: Needs;
  /** Default 200. */
  readonly status?: 200 | 201 | 202;
  /** The caller may send an `Idempotency-Key`; the same key answers the same again and does nothing twice. */
  readonly idempotent?: boolean;
  /** What this writes into a ledger, for the documentation. */
  readonly ledger?: readonly LedgerEvent[];
  /** The answer is a stream of JSON lines, each shaped as `output`. */
  readonly stream?: boolean;
}

export function operation<I extends z.ZodObject, O extends z.ZodType, const D extends Operation<I, O>>(
  definition: D & Operation<I, O>,
): D {
  return definition;
}
