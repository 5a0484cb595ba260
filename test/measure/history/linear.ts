/** Something that was done between two moments of one counter, and what it came to. */
export interface Done<Op> {
  readonly begun: number;
  readonly ended: number;
  readonly op: Op;
}

/** What a thing may be after an operation that came to what it came to; nothing where that cannot be. */
export type Model<Op> = (state: string, op: Op) => readonly string[];

/**
 * Whether there is an order in which the operations could have been done one after the other, none of them before it was
 * begun or after it had ended, with each coming to what it came to (Wing and Gong's search, with what was seen kept).
 */
export function isLinear<Op>(history: readonly Done<Op>[], first: string, model: Model<Op>): boolean {
  const open = [...history].sort((a, b) => a.begun - b.begun);
  const seen = new Set<string>();
  const search = (left: readonly Done<Op>[], state: string): boolean => {
    if (left.length === 0) return true;
    const key = `${state}|${left.map(({ begun }) => begun).join()}`;
    if (seen.has(key)) return false;
    seen.add(key);
    const firstEnd = Math.min(...left.map(({ ended }) => ended));
    return left.some(
      (next, at) =>
        next.begun <= firstEnd && model(state, next.op).some((after) => search(left.toSpliced(at, 1), after)),
    );
  };
  return search(open, first);
}

/** A freeze is the moment since which it is, or nothing. */
export type FreezeOp =
  | { readonly kind: "set"; readonly at: string | null }
  | { readonly kind: "lift"; readonly at: string; readonly isDone: boolean }
  | { readonly kind: "read"; readonly at: string }
  | { readonly kind: "act" };

export const freezeModel: Model<FreezeOp> = (state, op) => {
  switch (op.kind) {
    case "set":
      return op.at === null ? keptIf(state, state !== "") : state === "" ? [op.at] : [];
    case "lift":
      return op.isDone ? (state === op.at ? [""] : []) : keptIf(state, state !== op.at);
    case "read":
      return keptIf(state, state === op.at);
    case "act":
      return keptIf(state, state === "");
    default:
      return op satisfies never;
  }
};

export type ConsentOp =
  | { readonly kind: "answer"; readonly became: string; readonly isTaken: boolean }
  | { readonly kind: "stop" }
  | { readonly kind: "read"; readonly status: string }
  | { readonly kind: "act" };

const OPEN = ["asked", "allowed"];
const BY_ITSELF = ["expired", "over"];

/** A question is what became of it; `!` behind that says that its run is known to have ended, so nothing is done any more. */
export const consentModel: Model<ConsentOp> = (state, op) => {
  const isOpen = OPEN.includes(state);
  switch (op.kind) {
    case "answer":
      if (op.isTaken) return state === "asked" ? [op.became] : [];
      return state === "asked" ? ["asked!"] : [state];
    case "stop":
      return isOpen ? ["withdrawn", `${state}!`] : [state];
    case "read":
      if (state.replace("!", "") === op.status) return [state];
      return BY_ITSELF.includes(op.status) && OPEN.includes(state.replace("!", "")) ? [op.status] : [];
    case "act":
      return keptIf(state, state === "allowed");
    default:
      return op satisfies never;
  }
};

function keptIf(state: string, holds: boolean): readonly string[] {
  return holds ? [state] : [];
}
