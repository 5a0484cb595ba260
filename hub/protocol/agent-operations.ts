import { z } from "zod";
import { Agent, AgentId } from "./agent-link.ts";
import { Moment, SiteId } from "./ids.ts";
import { operation } from "./operation.ts";

const everyone = { roles: ["principal", "senior", "technician", "dispatcher"] } as const;
const fixers = { roles: ["principal", "senior", "technician"] } as const;
const reviewers = { roles: ["principal", "senior"] } as const;
const Why = z.string().trim().min(3).max(300);

/** Agents in homes, as the firm sees them. Part of the table in operations.ts. */
export const agentOperations = {
  "agent.get": operation({
    path: "GET /sites/{siteId}/agent",
    summary: "The agent of a site: whether it is connected, and what its home allows; null where there is none",
    input: z.strictObject({ siteId: SiteId }),
    output: z.object({ agent: Agent.nullable() }),
    needs: { who: everyone, on: "site" },
  }),
  "agent.pairing.make": operation({
    path: "POST /sites/{siteId}/agent/pairing",
    summary: "A one-time code for the agent of a site, shown once; one that was made before is void",
    input: z.strictObject({ siteId: SiteId }),
    /** `link` holds the code too, for a picture that a phone can read. */
    output: z.object({ code: z.string(), link: z.string(), expiresAt: Moment }),
    needs: { who: fixers, on: "site", freshFactor: true, noKeys: true },
    status: 201,
    ledger: ["agent.pairing_made"],
  }),
  "agent.end": operation({
    path: "POST /agents/{agentId}/end",
    summary: "Let an agent in no more, at once; gateways behind it are out of reach until the site has another",
    input: z.strictObject({ agentId: AgentId, reason: Why }),
    output: z.object({}),
    needs: { who: fixers, on: "agent", freshFactor: true },
    ledger: ["agent.ended"],
  }),
  "agent.freeze": operation({
    path: "POST /agents/{agentId}/freeze",
    summary:
      "Shut an agent out at once, until somebody knows what is wrong with it; its home's gateways are out of reach",
    input: z.strictObject({ agentId: AgentId, reason: Why }),
    output: z.object({ agent: Agent.nullable() }),
    needs: { who: fixers, on: "agent" },
    ledger: ["agent.frozen"],
  }),
  "agent.unfreeze": operation({
    path: "POST /agents/{agentId}/unfreeze",
    summary: "Let an agent in again after it was frozen, once somebody knows why",
    input: z.strictObject({ agentId: AgentId, reason: Why }),
    output: z.object({ agent: Agent.nullable() }),
    needs: { who: reviewers, on: "agent", freshFactor: true },
    ledger: ["agent.unfrozen"],
  }),
} as const;
