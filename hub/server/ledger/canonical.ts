/** The ledger, consent and the agent in a home digest alike: what each of them signs for has to be the same words. */
export { canonicalJson, digestOf, mendText, sha256, shortCode } from "@caretaker/reach/canonical.ts";
