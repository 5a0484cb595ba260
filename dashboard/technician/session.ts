import { type Actor, type Me, type OperationName, type Refusal, refusal, type SessionId } from "@caretaker/protocol";
import { useQuery } from "@tanstack/react-query";
import { operationQuery } from "../live/queries.ts";

export const meQuery = { ...operationQuery("me.get", {}), staleTime: 60_000 };

/** Who is signed in. Pages below the shell are shown only once this is known. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("This page is shown to people who are signed in only.");
  return data;
}

/** Why this person may not call the operation, by the rule that the server asks too; null when they may. */
export function refusalOf(me: Me, name: OperationName): Exclude<Refusal, "fresh_factor_needed"> | null {
  const actor: Actor = {
    kind: "person",
    id: me.person.id,
    name: me.person.name,
    role: me.person.role,
    sessionId: "browser" as SessionId,
    factorAt: me.factorAt,
  };
  const why = refusal(actor, name, new Date());
  // A fresh factor is asked for when the button is pressed.
  return why === "fresh_factor_needed" ? null : why;
}

/** Whether to show the button of an operation. */
export function useMay(name: OperationName): boolean {
  return refusalOf(useMe(), name) === null;
}
