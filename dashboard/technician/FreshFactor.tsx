import type { Me } from "@caretaker/protocol";
import { lazy, Suspense, useSyncExternalStore } from "react";
import { factorQuestion } from "../live/fresh-factor.ts";

const FreshFactorDialog = lazy(() => import("./FreshFactorDialog.tsx"));

/** Asks for a second factor where an operation needs a fresh one; the operation then goes on by itself. */
export function FreshFactor({ me }: { me: Me }) {
  const question = useSyncExternalStore(factorQuestion.listen, factorQuestion.get);
  if (question === null) return null;
  return (
    <Suspense fallback={null}>
      <FreshFactorDialog me={me} question={question} />
    </Suspense>
  );
}
