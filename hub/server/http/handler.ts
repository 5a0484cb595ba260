import type { Actor, OperationName, OperationOutput, OperationRequest, operations } from "@caretaker/protocol";

/** What a handler knows of the call besides its parsed input. Who may call was judged before it is called. */
export interface Call {
  readonly actor: Actor;
  readonly requestId: string;
  /** The database's clock when the call came in. */
  readonly now: Date;
  readonly signal: AbortSignal;
}

type Streams = { [N in OperationName]: (typeof operations)[N] extends { stream: true } ? N : never }[OperationName];

/** A handler is only its own business: the door parses, asks who may, cuts the answer to its schema, and reports errors. */
export type Handler<N extends OperationName> = (
  request: OperationRequest<N>,
  call: Call,
) => N extends Streams ? AsyncIterable<OperationOutput<N>> : Promise<OperationOutput<N>>;

/** Each room gives a part of this table; the door takes all parts together and the compiler misses none. */
export type Handlers = { readonly [N in OperationName]: Handler<N> };
