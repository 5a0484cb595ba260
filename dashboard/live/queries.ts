import {
  type CaretakerError,
  isCaretakerError,
  isRetryable,
  type OperationInput,
  type OperationName,
  type OperationOutput,
} from "@caretaker/protocol";
import {
  keepPreviousData,
  QueryCache,
  QueryClient,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useRef } from "react";
import { api } from "./api.ts";
import { withFreshFactor } from "./fresh-factor.ts";
import { newKey } from "./new-key.ts";
import { HubUnreachableError } from "./problems.ts";

/** `onSignedOut` is called when any read is answered that nobody is signed in any more. */
export function createQueryClient(onSignedOut: () => void = () => {}): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (
          (isCaretakerError(error, "not_signed_in") || isCaretakerError(error, "second_factor_needed")) &&
          query.state.data !== undefined
        )
          onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (count, error) => count < 2 && (error instanceof HubUnreachableError || isRetryable(error)),
      },
    },
  });
}

/** What an operation answers to this input, kept by its name and input. */
export function operationQuery<N extends OperationName>(name: N, input: OperationInput<N>) {
  return queryOptions({
    queryKey: [name, input] as const,
    queryFn: ({ signal }): Promise<OperationOutput<N>> => api(name, input, { signal }),
  });
}

interface ReadOptions {
  readonly enabled?: boolean;
  readonly refetchInterval?: number | false;
  /** Show the answer to the input before while the next one is on its way. */
  readonly keep?: boolean;
}

export function useOperation<N extends OperationName>(name: N, input: OperationInput<N>, options: ReadOptions = {}) {
  return useQuery({
    ...operationQuery(name, input),
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchInterval ?? false,
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  });
}

interface ActionOptions<N extends OperationName> {
  /** Reads whose answers are no longer true afterwards. */
  readonly outdates?: readonly OperationName[];
  readonly onDone?: (output: OperationOutput<N>, input: OperationInput<N>) => void;
}

/**
 * An operation behind a button. Trying the same again after a lost answer carries the same idempotency key, so nothing
 * is done twice.
 */
export function useAction<N extends OperationName>(name: N, options: ActionOptions<N> = {}) {
  const client = useQueryClient();
  const intent = useRef<{ input: string; key: string } | null>(null);
  return useMutation<OperationOutput<N>, CaretakerError | HubUnreachableError, OperationInput<N>>({
    mutationFn: (input) => {
      const text = JSON.stringify(input);
      if (intent.current?.input !== text) intent.current = { input: text, key: newKey() };
      const { key } = intent.current;
      return withFreshFactor(() => api(name, input, { idempotencyKey: key }));
    },
    onSuccess: async (output, input) => {
      intent.current = null;
      await Promise.all((options.outdates ?? []).map((read) => client.invalidateQueries({ queryKey: [read] })));
      options.onDone?.(output, input);
    },
  });
}
