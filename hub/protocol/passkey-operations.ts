import { z } from "zod";
import { MadePasskey, PasskeyChallenge, PasskeyToken, PasskeyView, PasskeyYes } from "./agent-passkeys.ts";
import { ConsentView, LinkToken } from "./consent.ts";
import { operation } from "./operation.ts";

const byLink = { who: "link", on: "request" } as const;

/** How a household makes a passkey that its agent trusts, and says yes with it. Part of the table in operations.ts. */
export const passkeyOperations = {
  "passkey.view": operation({
    path: "GET /passkeys/{token}",
    summary: "By which a household makes a passkey for the agent in its home. Reading it makes nothing",
    input: z.strictObject({ token: PasskeyToken }),
    output: PasskeyView,
    needs: byLink,
  }),
  "passkey.make": operation({
    path: "POST /passkeys/{token}",
    summary: "A passkey that was just made, for the agent in the home: it counts once it was confirmed there",
    input: z.strictObject({ token: PasskeyToken, credential: MadePasskey }),
    output: PasskeyView,
    needs: byLink,
  }),
  "consent.passkey.challenge": operation({
    path: "POST /consent/{token}/passkey",
    summary: "What the agent in the home wants signed with a passkey, to take a yes to what is asked",
    input: z.strictObject({ token: LinkToken }),
    output: PasskeyChallenge,
    needs: byLink,
  }),
  "consent.passkey.allow": operation({
    path: "POST /consent/{token}/passkey/allow",
    summary:
      "A yes that was signed with a passkey: the agent in the home judges it, and the hub writes down what it says",
    input: z.strictObject({ token: LinkToken, proposalCode: z.string().max(20), credential: PasskeyYes }),
    output: ConsentView,
    needs: byLink,
    ledger: ["consent.allowed"],
  }),
} as const;
